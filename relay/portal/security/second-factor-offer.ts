import { RelayError } from '../../errors.ts'
import type { AuthenticatorOffer, User } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'

/**
 * An authenticator app for this person, named so that he knows the entry among others on his phone. `to`: as `SecondFactors.offer`. `bad_request`: he
 * has no password, which it stands beside; it would be asked for nowhere, and keep him from choosing a passkey by a link.
 */
export function offerAuthenticator(
  { secondFactors, identity, url }: Pick<Rooms, 'secondFactors' | 'identity' | 'url'>,
  { id, name }: User,
  to: string,
): AuthenticatorOffer {
  if (!identity.hasPassword(id))
    throw new RelayError('bad_request', { params: { problem: 'an authenticator app stands beside a password, and you have none: add a password first' } })
  return secondFactors.offer(to, { issuer: `login-relay ${new URL(url()).hostname}`, user: name })
}
