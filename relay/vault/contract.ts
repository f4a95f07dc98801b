import type { Secret, SecretScope } from './secret.ts'

/**
 * Where a sealed value belongs. All three are bound as associated data, so a record that is moved to another owner,
 * account or name does not open (law 5).
 */
export interface SealRef {
  /** The user id that owns it; `relay` for the relay's own (the CA key). */
  readonly owner: string
  /** Picks the data key: one per account. */
  readonly account: string
  /** Which record of that account: `credential`, `session`, ... */
  readonly record: string
}

/** A sealed value as it is stored: JSON, base64 fields, the id of the master key that wraps its data key. */
export interface Sealed {
  readonly v: 1
  readonly keyId: string
  readonly nonce: string
  readonly data: string
  readonly tag: string
}

export interface Vault {
  /** Loads and checks the master key: `vault_key_missing`, `vault_wrong_key`. */
  start(): Promise<void>
  stop(): Promise<void>
  seal(ref: SealRef, plaintext: Uint8Array): Promise<Sealed>
  /** `vault_record_damaged` when anything about it was changed; never gives partial plaintext. */
  open(ref: SealRef, sealed: Sealed): Promise<Buffer>
  /** A handle on a field of a sealed credential (a JSON object of strings). `not_found` when the field is absent. */
  secret(ref: SealRef, sealed: Sealed, scope: SecretScope): Promise<Secret>
  /** Seals a credential: field name to value. */
  sealCredential(ref: SealRef, fields: Readonly<Record<string, string>>): Promise<Sealed>
  /** Forgets the data key: what it sealed can never be opened again. */
  destroyKey(account: string): Promise<void>
  /** A new master key; every data key is re-wrapped while the relay runs. */
  rotateKey(): Promise<{ readonly keyId: string; readonly rewrapped: number }>
}
