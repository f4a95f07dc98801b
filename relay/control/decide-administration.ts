import type { Principal } from '../identity/index.ts'
import { type Decision, firstMatch, type Rule } from './rule.ts'

export const administrationRules: readonly Rule<Principal>[] = [
  {
    id: 'local',
    allowed: true,
    reason: 'the holder of the data directory runs this relay',
    matches: ({ kind }) => kind === 'local',
  },
  {
    id: 'device-administers',
    allowed: false,
    reason: 'a device uses accounts; running the relay takes the portal',
    matches: ({ kind }) => kind === 'device',
  },
  {
    id: 'administrator',
    allowed: true,
    reason: 'you are an administrator of this relay',
    matches: (principal) => principal.kind === 'portal' && principal.user.role === 'admin',
  },
  {
    id: 'member',
    allowed: false,
    reason: 'this takes an administrator of this relay',
    matches: () => true,
  },
]

/**
 * May this principal run the relay: list and add users; probe, enrol, check and remove sites (each makes the relay connect to
 * an address of one's choice, or changes what it intercepts); rotate the master key? A device never may: a token that leaks
 * from a script must not enrol users or sites.
 */
export function decideAdministration(principal: Principal): Decision {
  return firstMatch(administrationRules, principal)
}
