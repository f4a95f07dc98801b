import { createHash } from 'node:crypto'
import { RelayError } from '../errors.ts'
import { fromBase64 } from './aead.ts'

export const keyBytes = 32

/** Wraps data keys; nothing else is sealed with it. */
export interface MasterKey {
  /** Derived from the key, so that it needs no place of its own. */
  readonly id: string
  readonly bytes: Buffer
}

/** Where master keys come from: a file, the environment. */
export interface KeySource {
  /**
   * The keys there are, the present one first. A file with several says that a rotation to the first was cut short; the environment
   * brings a second one for a rotation that may come. `salt` belongs to this vault; passphrases need it.
   */
  load(salt: Buffer): Promise<MasterKey[]>
  /** Whether several keys mean a rotation to finish. */
  readonly severalMeanUnfinished: boolean
  /** The key to rotate to; when this resolves it lies as safely as the ones that are needed until all is wrapped with it. */
  next(needed: readonly MasterKey[], salt: Buffer): Promise<MasterKey>
  /** Forgets every key but this one. */
  retireAllBut(present: MasterKey): Promise<void>
}

export function masterKey(bytes: Buffer): MasterKey {
  return { id: createHash('sha256').update('login-relay master key id').update(bytes).digest('hex').slice(0, 16), bytes }
}

/** A key as people write it: base64. `vault_key_unfit`; the text is never quoted. */
export function parseKey(text: string, source: string): MasterKey {
  const bytes = fromBase64(text.trim())
  if (bytes?.length !== keyBytes) throw new RelayError('vault_key_unfit', { params: { source } })
  return masterKey(bytes)
}

export function wipe(keys: readonly MasterKey[]): void {
  for (const { bytes } of keys) bytes.fill(0)
}
