import type { Audit } from '../audit/index.ts'
import type { Vault } from '../vault/index.ts'
import { recorded } from './recorded.ts'

/** New master keys. */
export function recordedVault(vault: Vault, audit: Audit): Vault {
  return recorded(vault, audit, {
    rotateKey: () => ({ act: 'vault.rotate-key', told: ({ keyId, rewrapped }) => ({ details: { keyId, rewrapped } }) }),
  })
}
