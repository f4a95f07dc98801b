import { randomBytes } from 'node:crypto'
import type { Collection, Store } from '../store/index.ts'
import type { Sealed, SealRef, Vault } from '../vault/index.ts'
import { type Head, macOf, noHash } from './record-line.ts'

/** What the store knows of the chain: where it ends, and where what is kept of it begins. */
export interface Anchor {
  readonly head: Head
  /** The last record that was let go; 0: none was. */
  readonly before: Head
}

interface KeyRecord {
  readonly sealedKey: Sealed
}

type AnchorRecord = Anchor & { readonly mac: string }

const keyRef: SealRef = { owner: 'relay', account: 'relay', record: 'audit-key' }
const start: Head = { n: 0, hash: noHash }

/** Keeps the chain's key, sealed, and its anchor, each in the store: who shortens the files does not shorten this. */
export class AnchorKeeper {
  readonly #vault: Vault
  readonly #keys: Collection<KeyRecord>
  readonly #anchors: Collection<AnchorRecord>
  readonly #onFailure: (error: unknown) => void
  #key: Buffer = Buffer.alloc(0)
  #wanted: Anchor | undefined
  #writing: Promise<void> | undefined

  constructor(store: Store, vault: Vault, onFailure: (error: unknown) => void) {
    this.#vault = vault
    this.#keys = store.collection<KeyRecord>({ name: 'audit-key' })
    this.#anchors = store.collection<AnchorRecord>({ name: 'audit-anchor' })
    this.#onFailure = onFailure
  }

  /** The key, made where there is none. */
  async loadKey(): Promise<Buffer> {
    const stored = (await this.#keys.get('key'))?.value
    if (stored !== undefined) this.#key = await this.#vault.open(keyRef, stored.sealedKey)
    else {
      this.#key = randomBytes(32)
      await this.#putAnchor({ head: start, before: start })
      await this.#keys.put('key', { sealedKey: await this.#vault.seal(keyRef, this.#key) }, { ifVersion: 0 })
    }
    return this.#key
  }

  /** What is there, and whether it is as the relay wrote it. */
  async load(): Promise<Anchor & { readonly isGenuine: boolean }> {
    const stored = (await this.#anchors.get('anchor'))?.value
    // It was made together with the key.
    if (stored === undefined) return { head: start, before: start, isGenuine: false }
    const { mac, ...anchor } = stored
    return mac === this.#macOf(anchor) ? { ...anchor, isGenuine: true } : { head: start, before: start, isGenuine: false }
  }

  /** Soon: nobody waits for it, and of several the latest is written. */
  keepSoon(anchor: Anchor): void {
    this.#wanted = anchor
    this.#writing ??= this.#write()
  }

  /** Resolves when the latest is written, or could not be. */
  async settle(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#wanted !== undefined) {
      const anchor = this.#wanted
      this.#wanted = undefined
      try {
        await this.#putAnchor(anchor)
      } catch (error) {
        this.#onFailure(error)
      }
    }
    this.#writing = undefined
  }

  async #putAnchor(anchor: Anchor): Promise<void> {
    await this.#anchors.put('anchor', { ...anchor, mac: this.#macOf(anchor) })
  }

  #macOf({ head, before }: Anchor): string {
    return macOf(`anchor ${head.n} ${head.hash} ${before.n} ${before.hash}`, this.#key)
  }
}
