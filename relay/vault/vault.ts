import { randomBytes } from 'node:crypto'
import { RelayError } from '../errors.ts'
import type { Collection, Store } from '../store/index.ts'
import { associate, type BoxText, fromText, openBox, sealBox, toText } from './aead.ts'
import type { Sealed, SealRef, Vault } from './contract.ts'
import { DataKeys } from './data-keys.ts'
import { type KeySource, keySource, type MasterKey, type MasterKeySettings } from './master-key.ts'
import { Secret, type SecretScope } from './secret.ts'

export interface VaultOptions {
  readonly store: Store
  readonly masterKey: MasterKeySettings
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

export function createVault(options: VaultOptions): Vault {
  return new EnvelopeVault(options)
}

/** A known text under the master key: tells a wrong key before anything is read or written. */
interface KeyCheck extends BoxText {
  readonly masterKeyId: string
}

const known = Buffer.from('login-relay')

class EnvelopeVault implements Vault {
  readonly #facts: Collection<KeyCheck | { readonly salt: string }>
  readonly #dataKeys: DataKeys
  readonly #source: KeySource
  #present: MasterKey | undefined
  #rotating: Promise<unknown> = Promise.resolve()

  constructor({ store, masterKey, folder, env }: VaultOptions) {
    this.#facts = store.collection({ name: 'vault' })
    this.#dataKeys = new DataKeys(store)
    this.#source = keySource(masterKey, folder, env, () => this.#salt())
  }

  async start(): Promise<void> {
    const keys = await this.#source.load()
    const check = (await this.#facts.get('key-check'))?.value as KeyCheck | undefined
    const [first] = keys
    if (first === undefined) throw new RelayError('vault_key_missing', { params: { source: 'an empty key file' } })
    if (check === undefined) {
      if (!(await this.#dataKeys.isEmpty())) throw new RelayError('vault_record_damaged', { detail: 'data keys without a key check' })
      this.#use(first, keys)
      return this.#writeCheck(first)
    }
    const present = keys.find((key) => opens(key, check))
    if (present === undefined) throw new RelayError('vault_wrong_key')
    this.#use(present, keys)
    // A rotation that was cut short is finished: the key file names the new key first.
    if (this.#source.twoMeanMove && keys.length > 1) await this.#moveTo(first, keys)
    else await this.#dataKeys.rewrap()
  }

  async stop(): Promise<void> {
    await this.#rotating.catch(() => {})
    this.#dataKeys.close()
    this.#present?.bytes.fill(0)
    this.#present = undefined
  }

  async seal(ref: SealRef, plaintext: Uint8Array): Promise<Sealed> {
    const key = await this.#dataKeys.findOrMake(ref.account)
    return { v: 1, keyId: key.id, ...toText(sealBox(key.bytes, plaintext, associateRef(ref, key.id))) }
  }

  async open(ref: SealRef, sealed: Sealed): Promise<Buffer> {
    const key = await this.#dataKeys.find(ref.account)
    const opened = key === undefined || key.id !== sealed.keyId || sealed.v !== 1 ? undefined : openBox(key.bytes, fromText(sealed), associateRef(ref, key.id))
    if (opened === undefined) throw new RelayError('vault_record_damaged', { detail: `${ref.record} of ${ref.account}` })
    return opened
  }

  async sealCredential(ref: SealRef, fields: Readonly<Record<string, string>>): Promise<Sealed> {
    return this.seal(ref, Buffer.from(JSON.stringify(fields)))
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

  async #rotate(): Promise<{ keyId: string; rewrapped: number }> {
    const present = this.#present
    if (present === undefined) throw new Error('the vault has not been started')
    const next = await this.#source.next(present)
    const rewrapped = await this.#moveTo(next, [next, present])
    return { keyId: next.id, rewrapped }
  }

  /**
   * From one master key to another. Both are durable before the first data key is wrapped anew, and the old one goes last: killed at
   * any step, the vault opens again and the move is finished at the next start.
   */
  async #moveTo(next: MasterKey, all: readonly MasterKey[]): Promise<number> {
    this.#use(next, all)
    const rewrapped = await this.#dataKeys.rewrap()
    await this.#writeCheck(next)
    await this.#source.retireAllBut(next)
    return rewrapped
  }

  #use(present: MasterKey, all: readonly MasterKey[]): void {
    this.#present = present
    this.#dataKeys.useMasterKeys(present, all)
  }

  async #writeCheck(key: MasterKey): Promise<void> {
    await this.#facts.put('key-check', { masterKeyId: key.id, ...toText(sealBox(key.bytes, known, associate('key check', key.id))) })
  }

  /** The salt of a passphrase: made once, no secret. */
  async #salt(): Promise<Buffer> {
    const present = (await this.#facts.get('salt'))?.value as { salt: string } | undefined
    if (present !== undefined) return Buffer.from(present.salt, 'base64')
    const salt = randomBytes(16)
    await this.#facts.put('salt', { salt: salt.toString('base64') }, { ifVersion: 0 })
    return salt
  }
}

function opens(key: MasterKey, { masterKeyId, ...box }: KeyCheck): boolean {
  return key.id === masterKeyId && openBox(key.bytes, fromText(box), associate('key check', masterKeyId))?.equals(known) === true
}

function associateRef({ owner, account, record }: SealRef, keyId: string): Buffer {
  return associate('sealed 1', keyId, owner, account, record)
}
