import { randomBytes } from 'node:crypto'
import { isRelayError, RelayError } from '../errors.ts'
import type { Collection, Store } from '../store/index.ts'
import { associate, type BoxText, fromText, openBox, sealBox, toText } from './aead.ts'
import type { MasterKey } from './master-key.ts'

export interface DataKey {
  readonly id: string
  readonly bytes: Buffer
}

interface WrappedKey extends BoxText {
  readonly keyId: string
  readonly masterKeyId: string
}

/** The data keys, one an account, each wrapped by a master key. */
export class DataKeys {
  readonly #records: Collection<WrappedKey>
  readonly #open = new Map<string, DataKey>()
  #masterKeys: readonly MasterKey[] = []
  #present: MasterKey | undefined

  constructor(store: Store) {
    this.#records = store.collection<WrappedKey>({ name: 'data-keys' })
  }

  /** `present` wraps new keys; the others still open what they wrapped. */
  useMasterKeys(present: MasterKey, all: readonly MasterKey[]): void {
    this.#present = present
    this.#masterKeys = all
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#records.list()).length === 0
  }

  /** The key of an account; undefined: it has none, or it was destroyed. */
  async find(account: string): Promise<DataKey | undefined> {
    const open = this.#open.get(account)
    if (open !== undefined) return open
    const record = await this.#records.get(account)
    if (record === undefined) return undefined
    const key = this.#unwrap(account, record.value)
    this.#open.set(account, key)
    return key
  }

  async findOrMake(account: string): Promise<DataKey> {
    const present = await this.find(account)
    if (present !== undefined) return present
    const key = { id: randomBytes(8).toString('hex'), bytes: randomBytes(32) }
    try {
      await this.#records.put(account, this.#wrap(account, key), { ifVersion: 0 })
    } catch (error) {
      if (isRelayError(error, 'store_conflict')) return this.findOrMake(account)
      throw error
    }
    this.#open.set(account, key)
    return key
  }

  async destroy(account: string): Promise<void> {
    this.#open.get(account)?.bytes.fill(0)
    this.#open.delete(account)
    await this.#records.delete(account)
  }

  /** Wraps every key that another master key wraps with the present one; gives how many. */
  async rewrap(): Promise<number> {
    let count = 0
    for (const { id, value, version } of await this.#records.list()) {
      if (value.masterKeyId === this.#present?.id) continue
      try {
        await this.#records.put(id, this.#wrap(id, this.#unwrap(id, value)), { ifVersion: version })
        count += 1
      } catch (error) {
        // Destroyed meanwhile: nothing is left to wrap.
        if (!isRelayError(error, 'store_conflict')) throw error
      }
    }
    return count
  }

  /** Wipes what is open. */
  close(): void {
    for (const { bytes } of this.#open.values()) bytes.fill(0)
    this.#open.clear()
    this.#masterKeys = []
    this.#present = undefined
  }

  #wrap(account: string, { id, bytes }: DataKey): WrappedKey {
    if (this.#present === undefined) throw new Error('the vault has not been started')
    const masterKeyId = this.#present.id
    return { keyId: id, masterKeyId, ...toText(sealBox(this.#present.bytes, bytes, associate('data key', masterKeyId, account, id))) }
  }

  #unwrap(account: string, { keyId, masterKeyId, ...box }: WrappedKey): DataKey {
    const master = this.#masterKeys.find(({ id }) => id === masterKeyId)
    if (master === undefined) throw new RelayError('vault_wrong_key')
    const bytes = openBox(master.bytes, fromText(box), associate('data key', masterKeyId, account, keyId))
    if (bytes === undefined) throw new RelayError('vault_record_damaged', { detail: 'a data key does not open' })
    return { id: keyId, bytes }
  }
}
