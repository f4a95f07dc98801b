import { randomBytes } from 'node:crypto'
import type { Collection, Store } from '../store/index.ts'
import { associate, type BoxText, fromBase64, fromText, openBox, sealBox, toText } from './aead.ts'
import type { MasterKey } from './master-key.ts'

interface CheckRecord extends BoxText {
  readonly masterKeyId: string
  /** For passphrases; no secret. */
  readonly salt: string
}

const known = Buffer.from('login-relay')

/** A known text under the master key: tells a wrong key before anything is opened or written. */
export class KeyCheck {
  readonly #records: Collection<CheckRecord>
  #record: CheckRecord | undefined
  #salt: Buffer = Buffer.alloc(0)

  constructor(store: Store) {
    this.#records = store.collection({ name: 'vault' })
  }

  /** What turns a passphrase into a key of this vault alone: stored with the check, so that a wrong passphrase writes nothing. */
  get salt(): Buffer {
    return this.#salt
  }

  async load(): Promise<'present' | 'absent'> {
    this.#record = (await this.#records.get('key-check'))?.value
    this.#salt = fromBase64(this.#record?.salt) ?? randomBytes(16)
    return this.#record === undefined ? 'absent' : 'present'
  }

  isOpenedBy({ id, bytes }: MasterKey): boolean {
    if (this.#record?.masterKeyId !== id) return false
    const box = fromText(this.#record)
    return box !== undefined && openBox(bytes, box, associateCheck(id))?.equals(known) === true
  }

  async write({ id, bytes }: MasterKey): Promise<void> {
    const record = { masterKeyId: id, salt: this.#salt.toString('base64'), ...toText(sealBox(bytes, known, associateCheck(id))) }
    await this.#records.put('key-check', record)
    this.#record = record
  }
}

function associateCheck(masterKeyId: string): Buffer {
  return associate('key check', masterKeyId)
}
