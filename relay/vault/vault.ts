import { RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import { associate, fromText, openBox, sealBox, toText } from './aead.ts'
import type { Sealed, SealRef, Vault } from './contract.ts'
import { DataKeys } from './data-keys.ts'
import { KeyCheck } from './key-check.ts'
import { keySource, type MasterKeySettings } from './key-source.ts'
import { type KeySource, type MasterKey, wipe } from './master-key.ts'
import { Secret, type SecretScope } from './secret.ts'

export interface VaultOptions {
  readonly store: Store
  readonly masterKey: MasterKeySettings
  /** The data directory: the key file is in it, unless the settings name another. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

export function createVault(options: VaultOptions): Vault {
  return new EnvelopeVault(options)
}

/** Envelope encryption: master key, data key per account, record. */
class EnvelopeVault implements Vault {
  readonly #check: KeyCheck
  readonly #dataKeys: DataKeys
  readonly #source: KeySource
  /** The present master key, then those that some data key still needs. */
  #masterKeys: readonly MasterKey[] = []
  #rotating: Promise<unknown> = Promise.resolve()

  constructor({ store, masterKey, folder, env }: VaultOptions) {
    this.#check = new KeyCheck(store)
    this.#dataKeys = new DataKeys(store)
    this.#source = keySource(masterKey, folder, env)
  }

  async start(): Promise<void> {
    const check = await this.#check.load()
    const keys = await this.#source.load(this.#check.salt)
    const [first] = keys
    if (first === undefined) throw new RelayError('vault_key_missing', { params: { source: 'the configured place' } })
    if (check === 'absent') return this.#begin(first)
    const present = keys.find((key) => this.#check.isOpenedBy(key))
    if (present === undefined) {
      wipe(keys)
      throw new RelayError('vault_wrong_key')
    }
    this.#use([present, ...keys.filter((key) => key !== present)])
    try {
      await this.#moveTo(this.#source.severalMeanUnfinished ? first : present)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#rotating.catch(() => {})
    this.#dataKeys.close()
    wipe(this.#masterKeys)
    this.#masterKeys = []
  }

  async seal(ref: SealRef, plaintext: Uint8Array): Promise<Sealed> {
    const key = await this.#dataKeys.findOrMake(ref.account)
    return { v: 1, keyId: key.id, ...toText(sealBox(key.bytes, plaintext, associateRef(ref, key.id))) }
  }

  async open(ref: SealRef, sealed: Sealed): Promise<Buffer> {
    const key = await this.#dataKeys.find(ref.account)
    const box = fromText(sealed)
    const opened = key !== undefined && box !== undefined && sealed.v === 1 ? openBox(key.bytes, box, associateRef(ref, sealed.keyId)) : undefined
    if (opened === undefined) throw new RelayError('vault_record_damaged', { detail: `${ref.record} of ${ref.account}` })
    return opened
  }

  sealCredential(ref: SealRef, fields: Readonly<Record<string, string>>): Promise<Sealed> {
    return this.seal(ref, Buffer.from(JSON.stringify(fields)))
  }

  async resealCredential(from: SealRef, to: SealRef, sealed: Sealed): Promise<Sealed> {
    const opened = await this.open(from, sealed)
    try {
      return await this.seal(to, opened)
    } finally {
      opened.fill(0)
    }
  }

  async secret(ref: SealRef, sealed: Sealed, scope: SecretScope): Promise<Secret> {
    const opened = await this.open(ref, sealed)
    const fields = JSON.parse(opened.toString()) as Record<string, string>
    opened.fill(0)
    const value = Object.hasOwn(fields, scope.field) ? fields[scope.field] : undefined
    if (value === undefined) throw new RelayError('not_found', { params: { what: `field ${scope.field} in this credential` } })
    return new Secret(value, scope)
  }

  destroyKey(account: string): Promise<void> {
    return this.#dataKeys.destroy(account)
  }

  rotateKey(): Promise<{ readonly keyId: string; readonly rewrapped: number }> {
    const rotation = this.#rotating.catch(() => {}).then(() => this.#rotate())
    this.#rotating = rotation
    return rotation
  }

  /** The first start on this store. Data keys without a key check are no first start: the check was taken away. */
  async #begin(first: MasterKey): Promise<void> {
    if (!(await this.#dataKeys.isEmpty())) throw new RelayError('vault_record_damaged', { detail: 'data keys without a key check' })
    await this.#check.write(first)
    this.#use([first])
  }

  async #rotate(): Promise<{ keyId: string; rewrapped: number }> {
    if (this.#masterKeys.length === 0) throw new Error('the vault is not started')
    const next = await this.#source.next(this.#masterKeys, this.#check.salt)
    const rewrapped = await this.#moveTo(next)
    return { keyId: next.id, rewrapped }
  }

  /**
   * To a master key that lies safely beside those in use. The old ones go last, once nothing needs them: killed or failed at any step, every
   * key that wraps something is still there, and the next start or rotation finishes.
   */
  async #moveTo(next: MasterKey): Promise<number> {
    const before = this.#masterKeys
    const needed = before.filter(({ id }) => id !== next.id)
    this.#use([next, ...needed])
    const rewrapped = await this.#dataKeys.rewrap()
    if (!this.#check.isOpenedBy(next)) await this.#check.write(next)
    if (needed.length > 0) await this.#source.retireAllBut(next)
    this.#use([next])
    wipe(before.filter((key) => key !== next))
    return rewrapped
  }

  #use(keys: readonly MasterKey[]): void {
    this.#masterKeys = keys
    this.#dataKeys.useMasterKeys(keys)
  }
}

function associateRef({ owner, account, record }: SealRef, keyId: string): Buffer {
  return associate('sealed 1', keyId, owner, account, record)
}
