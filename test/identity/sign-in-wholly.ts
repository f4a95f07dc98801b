import type { Identity, SignedIn } from '../../relay/identity/index.ts'

/** Signs in somebody who has no second factor. */
export async function signInWholly(identity: Identity, given: Parameters<Identity['signIn']>[0]): Promise<SignedIn> {
  const answer = await identity.signIn(given)
  if ('half' in answer) throw new Error('a code is asked for')
  return answer
}
