import type { AuthenticatorOffer, User } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'

/** An authenticator app for this person, named so that he knows the entry among others on his phone. `to`: as `SecondFactors.offer`. */
export function offerAuthenticator({ secondFactors, url }: Rooms, { name }: User, to: string): AuthenticatorOffer {
  return secondFactors.offer(to, { issuer: `login-relay ${new URL(url()).hostname}`, user: name })
}
