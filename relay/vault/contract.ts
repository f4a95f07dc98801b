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

/** A sealed value as it is stored: JSON, base64 fields, the id of the data key that sealed it (its record names the master key that wraps it). */
export interface Sealed {
  readonly v: 1
  readonly keyId: string
  readonly nonce: string
  readonly data: string
  readonly tag: string
}

export interface Vault {
  /**
   * Loads and checks the master key, and finishes a rotation that was cut short. `vault_key_missing`, `vault_key_unreadable`,
   * `vault_key_exposed`, `vault_key_unfit`; `vault_wrong_key` before anything is written.
   */
  start(): Promise<void>
  /** Waits for a rotation under way, then wipes every key. */
  stop(): Promise<void>
  seal(ref: SealRef, plaintext: Uint8Array): Promise<Sealed>
  /** `vault_record_damaged` when anything about it was changed; never gives partial plaintext. */
  open(ref: SealRef, sealed: Sealed): Promise<Buffer>
  /** A handle on a field of a sealed credential (a JSON object of strings). `not_found` when the field is absent. */
  secret(ref: SealRef, sealed: Sealed, scope: SecretScope): Promise<Secret>
  /** Seals a credential: field name to value. */
  sealCredential(ref: SealRef, fields: Readonly<Record<string, string>>): Promise<Sealed>
  /** The same credential sealed for another place. `vault_record_damaged` when it does not open at the first. */
  resealCredential(from: SealRef, to: SealRef, sealed: Sealed): Promise<Sealed>
  /** Forgets the data key: once this resolves, what it sealed can never be opened again. */
  destroyKey(account: string): Promise<void>
  /**
   * A new master key; every data key is re-wrapped while the relay runs. A key that comes from the environment is replaced by the one in
   * LOGIN_RELAY_MASTER_KEY_NEXT or LOGIN_RELAY_PASSPHRASE_NEXT; `vault_next_key_missing` when there is none, or it is in use already.
   */
  rotateKey(): Promise<{ readonly keyId: string; readonly rewrapped: number }>
}
