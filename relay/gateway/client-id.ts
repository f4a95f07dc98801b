import type { Identity } from '../identity/index.ts'
import type { GatewayPrincipal } from './contract.ts'

/** What ends what came by it: the portal session, or the paired terminal. */
export function clientId(principal: GatewayPrincipal): string {
  return principal.kind === 'portal' ? principal.session.id : principal.device.id
}

/** For logs and counts. */
export function clientName(principal: GatewayPrincipal): string {
  return principal.kind === 'portal' ? 'gateway' : principal.device.name
}

/** Is it there still? This counts as its use. From memory. */
export function isInUse(identity: Pick<Identity, 'usePortalSession' | 'certifiedPrincipal'>, principal: GatewayPrincipal): boolean {
  const id = clientId(principal)
  return (principal.kind === 'portal' ? identity.usePortalSession(id) : identity.certifiedPrincipal(id)) !== undefined
}
