import type { Principal } from '../identity/index.ts'
import { isPaired } from './paired.ts'
import { type Decision, firstMatch, type Rule } from './rule.ts'

/** What can be asked about the devices, and the portal sessions, of a user. */
export type DeviceAction =
  /** See them. */
  | 'list'
  /** Enrol one. */
  | 'add'
  /** Revoke or end one. */
  | 'revoke'
  /** Say which account it uses at a site. */
  | 'choose'
  /** Get it a certificate. */
  | 'certify'

interface Question {
  readonly principal: Principal
  readonly action: DeviceAction
  /** The user id whose they are. */
  readonly owner: string
  /** Its id; undefined: none in particular. */
  readonly device?: string | undefined
}

export const deviceRules: readonly Rule<Question>[] = [
  {
    id: 'local',
    allowed: true,
    reason: 'the holder of the data directory runs this relay',
    matches: ({ principal }) => principal.kind === 'local',
  },
  {
    id: 'not-owner',
    allowed: false,
    reason: 'it belongs to someone else',
    matches: ({ principal, owner }) => principal.kind === 'local' || principal.user.id !== owner,
  },
  {
    id: 'paired-itself',
    allowed: true,
    reason: 'it ends itself',
    matches: ({ principal, action, device }) => isPaired(principal) && principal.device.id === device && (action === 'list' || action === 'revoke'),
  },
  {
    id: 'paired',
    allowed: false,
    reason: 'a paired terminal opens its accounts, and nothing else',
    matches: ({ principal }) => isPaired(principal),
  },
  {
    id: 'own-certificate',
    allowed: true,
    reason: 'it is itself',
    matches: ({ principal, action, device }) => principal.kind === 'device' && action === 'certify' && principal.device.id === device,
  },
  {
    id: 'device-enrols',
    allowed: false,
    reason: 'a device enrols, changes and revokes no devices; that takes the portal',
    matches: ({ principal, action }) => principal.kind === 'device' && action !== 'list',
  },
  {
    id: 'owner',
    allowed: true,
    reason: 'it is yours',
    matches: ({ principal, owner }) => principal.kind !== 'local' && principal.user.id === owner,
  },
]

/**
 * May this principal do this with a device, or a portal session, of user `owner`? A device enrols none: a token that leaked
 * could otherwise outlive its own revocation (law 7). It may get a certificate for itself, which ends with it. A paired
 * terminal may end itself, and no more.
 */
export function decideDevice(principal: Principal, action: DeviceAction, owner: string, device?: string): Decision {
  return firstMatch(deviceRules, { principal, action, owner, device })
}
