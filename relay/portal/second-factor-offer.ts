import type { AuthenticatorOffer, User } from '../identity/index.ts'
import type { Rooms } from './rooms.ts'

/** An authenticator app for this person, named so that he knows the entry among others on his phone. */
export function offerAuthenticator({ secondFactors, url }: Rooms, { id, name }: User): AuthenticatorOffer {
  return secondFactors.offer(id, { issuer: `login-relay ${new URL(url()).hostname}`, user: name })
}
