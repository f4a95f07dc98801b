import { randomBytes } from 'node:crypto'
import { isRelayError, RelayError } from '../errors.ts'
import type { Collection, Store } from '../store/index.ts'
import { associate, type BoxText, fromText, openBox, sealBox, toText } from './aead.ts'
import { keyBytes, type MasterKey } from './master-key.ts'

/** The key of one account, in memory. Once wiped it seals and opens nothing: a wiped buffer is a key that everyone knows. */
class DataKey {
  readonly id: string
  readonly #bytes: Buffer
  #wiped = false

  constructor(id: string, bytes: Buffer) {
    this.id = id
    this.#bytes = bytes
  }

  /** For use in this turn of the event loop. `store_conflict`: destroyed since it was found. */
  get bytes(): Buffer {
    if (this.#wiped) throw new RelayError('store_conflict', { detail: 'a data key was destroyed while it was used' })
    return this.#bytes
  }

  wipe(): void {
    this.#wiped = true
    this.#bytes.fill(0)
  }
}

interface WrappedKey extends BoxText {
  readonly keyId: string
  readonly masterKeyId: string
}

/** The data keys, one an account, each wrapped by a master key. */
export class DataKeys {
  readonly #records: Collection<WrappedKey>
  readonly #open = new Map<string, DataKey>()
  /** Keys on their way to the disk. */
  readonly #making = new Map<string, Promise<void>>()
  #masterKeys: readonly MasterKey[] = []
  /** Counts keys that were destroyed: what was read before one was may be of no use now. */
  #destroyed = 0

  constructor(store: Store) {
    this.#records = store.collection<WrappedKey>({ name: 'data-keys' })
  }

  /** The first one wraps new keys; the others still open what they wrapped. */
  useMasterKeys(keys: readonly MasterKey[]): void {
    this.#masterKeys = keys
  }

  async isEmpty(): Promise<boolean> {
    return (await this.#records.list()).length === 0
  }

  /** The key of an account; undefined: it has none, or it was destroyed. */
  async find(account: string): Promise<DataKey | undefined> {
    for (;;) {
      const before = this.#destroyed
      const record = this.#open.has(account) ? undefined : await this.#records.get(account)
      const open = this.#open.get(account)
      if (open !== undefined) return open
      if (before !== this.#destroyed) continue
      if (record === undefined) return undefined
      const key = new DataKey(record.value.keyId, this.#unwrap(account, record.value))
      this.#open.set(account, key)
      return key
    }
  }

  async findOrMake(account: string): Promise<DataKey> {
    for (;;) {
      const key = await this.find(account)
      if (key !== undefined) return key
      if (!this.#making.has(account)) {
        const made = this.#make(account).finally(() => this.#making.delete(account))
        this.#making.set(account, made)
      }
      await this.#making.get(account)
    }
  }

  /** Resolves when the key is gone from the disk and from memory. */
  async destroy(account: string): Promise<void> {
    await this.#records.delete(account)
    this.#destroyed += 1
    this.#open.get(account)?.wipe()
    this.#open.delete(account)
  }

  /** Wraps every key that another master key wraps with the present one; gives how many. */
  async rewrap(): Promise<number> {
    // A key that is being written was wrapped with the master key of that moment.
    await Promise.allSettled(this.#making.values())
    const records = await this.#records.list()
    // All at once, so that they share a write.
    const results = await Promise.allSettled(records.map(({ id }) => this.#rewrap(id)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
    return results.filter((result) => result.status === 'fulfilled' && result.value).length
  }

  /** Wipes what is open. */
  close(): void {
    for (const key of this.#open.values()) key.wipe()
    this.#open.clear()
    this.#masterKeys = []
  }

  async #make(account: string): Promise<void> {
    const bytes = randomBytes(keyBytes)
    try {
      await this.#records.put(account, this.#wrap(account, randomBytes(8).toString('hex'), bytes), { ifVersion: 0 })
    } catch (error) {
      // Another relay on this store was first: its key is the one to find.
      if (!isRelayError(error, 'store_conflict')) throw error
    } finally {
      bytes.fill(0)
    }
  }

  async #rewrap(account: string): Promise<boolean> {
    for (;;) {
      const record = await this.#records.get(account)
      if (record === undefined || record.value.masterKeyId === this.#present().id) return false
      const bytes = this.#unwrap(account, record.value)
      try {
        await this.#records.put(account, this.#wrap(account, record.value.keyId, bytes), { ifVersion: record.version })
        return true
      } catch (error) {
        if (!isRelayError(error, 'store_conflict')) throw error
      } finally {
        bytes.fill(0)
      }
    }
  }

  #wrap(account: string, keyId: string, bytes: Buffer): WrappedKey {
    const master = this.#present()
    return { keyId, masterKeyId: master.id, ...toText(sealBox(master.bytes, bytes, associateKey(master.id, account, keyId))) }
  }

  #unwrap(account: string, wrapped: WrappedKey): Buffer {
    const { keyId, masterKeyId } = wrapped
    this.#present()
    const master = this.#masterKeys.find(({ id }) => id === masterKeyId)
    if (master === undefined) throw new RelayError('vault_wrong_key', { detail: `the data key of ${account} is wrapped by ${masterKeyId}` })
    const box = fromText(wrapped)
    const bytes = box === undefined ? undefined : openBox(master.bytes, box, associateKey(masterKeyId, account, keyId))
    if (bytes === undefined) throw new RelayError('vault_record_damaged', { detail: `the data key of ${account}` })
    return bytes
  }

  #present(): MasterKey {
    const [present] = this.#masterKeys
    if (present === undefined) throw new Error('the vault is not started')
    return present
  }
}

function associateKey(masterKeyId: string, account: string, keyId: string): Buffer {
  return associate('data key', masterKeyId, account, keyId)
}
