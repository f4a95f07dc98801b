/**
 * The vault: secrets at rest, and the handle that stands for one.
 *
 * Refuses: a wrong master key, a record that was changed, moved, swapped or shortened, a secret asked for by any
 * origin it is not enrolled for. Keeps laws 1, 2 and 5. `openSecret` is not exported here: only app.ts may
 * reach it, to hand it to the HTTP agent.
 */
export type { Sealed, SealRef, Vault } from './contract.ts'
export { createMasterKey } from './key-source.ts'
export { Secret, type SecretScope } from './secret.ts'
export { createVault, type VaultOptions } from './vault.ts'
