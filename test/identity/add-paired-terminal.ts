import { createHash, randomBytes } from 'node:crypto'
import type { Device, Identity } from '../../relay/identity/index.ts'

/** A terminal that was paired for these accounts, with its token. */
export async function addPairedTerminal(
  { identity }: { readonly identity: Identity },
  userId: string,
  accounts: readonly string[],
): Promise<{ readonly device: Device; readonly token: string }> {
  const token = `lr_${randomBytes(32).toString('base64url')}`
  const paired = { accounts, expiresAt: Date.now() + 60_000, address: '192.0.2.7', agent: 'kiosk', handedOver: [] }
  const tokenHash = createHash('sha256').update(token).digest('base64url')
  return { device: await identity.addPairedTerminal(userId, `terminal-${randomBytes(3).toString('hex')}`, { tokenHash, paired }), token }
}
