import type { Audit, AuditEntry } from '../audit/index.ts'
import { asRelayError } from '../errors.ts'
import type { Identity } from '../identity/index.ts'
import { Repeats } from './repeats.ts'

type SignIns = Pick<Identity, 'signIn' | 'finishSignIn' | 'signInWithNewApp' | 'signInByPasskey'>

/**
 * Sign-ins at the portal: one record each, before the session is given to anybody; whether there will be one is not known earlier. A name
 * that is nobody's may be a password in the wrong field.
 */
export function recordedSignIns(identity: Identity, audit: Audit, now: () => number): SignIns {
  const repeats = new Repeats(now)

  /** The result of a try, once it is recorded; without the record there is none. */
  async function recordTry<T extends Awaited<ReturnType<Identity[keyof SignIns]>>>(about: Omit<AuditEntry, 'outcome'>, attempt: () => Promise<T>): Promise<T> {
    let result: T
    try {
      result = await attempt()
    } catch (thrown) {
      const { code } = asRelayError(thrown)
      const isFlood = code === 'too_many_tries' && repeats.isRepeat(about.from?.address ?? '')
      if (!isFlood) await audit.record({ ...about, outcome: 'refused', error: code })
      throw thrown
    }
    if ('half' in result) await audit.record({ ...about, outcome: 'intent', details: { half: audit.fingerprint(result.half) } })
    else {
      const { user, session } = result
      try {
        const details = { ...about.details, session: session.id, ...('by' in result ? { by: result.by } : {}) }
        await audit.record({ ...about, outcome: 'done', who: { kind: 'user', user: user.id, name: user.name }, owner: user.id, details })
      } catch (error) {
        await identity.endPortalSession(session.id)
        throw error
      }
    }
    return result
  }

  const ownerOfHalf = (half: string): { owner?: string } => {
    const owner = identity.halfSignIn(half)?.user.id
    return owner === undefined ? {} : { owner }
  }

  return {
    async signIn(given) {
      const { name, address, agent } = given
      const user = await identity.findUser(name)
      const who = { kind: 'unknown' as const, name: user?.name ?? audit.fingerprint(name) }
      const about = { act: 'portal.sign-in', from: { address, agent }, who, ...(user === undefined ? {} : { owner: user.id }) }
      return recordTry(about, () => identity.signIn(given))
    },
    finishSignIn(given) {
      const { half, address, agent } = given
      const owner = ownerOfHalf(half)
      const about = {
        act: 'portal.sign-in-code',
        from: { address, agent },
        who: { kind: 'unknown' as const },
        ...owner,
        details: { half: audit.fingerprint(half) },
      }
      return recordTry(about, () => identity.finishSignIn(given))
    },
    signInWithNewApp(given) {
      const { half, address, agent } = given
      const about = { act: 'portal.sign-in-set-up', from: { address, agent }, who: { kind: 'unknown' as const }, ...ownerOfHalf(half) }
      return recordTry(about, () => identity.signInWithNewApp(given))
    },
    signInByPasskey(given) {
      const { address, agent } = given
      const about = { act: 'portal.sign-in-passkey', from: { address, agent }, who: { kind: 'unknown' as const } }
      return recordTry(about, () => identity.signInByPasskey(given))
    },
  }
}
