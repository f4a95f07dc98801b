import type { Logger } from 'pino'
import type { Login, SessionState } from '../../login/index.ts'
import type { LiveSession } from './site-session.ts'

/** How long a sign-out at the site may take; the session is ended here before that. Milliseconds. */
const limit = 10_000

/** What came of it: `no-way`: the site answered, and its way to sign out was not found or not taken; `no-answer`: it did not answer in time, or not properly. */
type SignedOut = 'done' | 'no-way' | 'no-answer'

/** Ends a session at the site (law 7). Whether the site offers a way, and answers, goes to the log too. Never rejects. */
export async function signOutAtSite(session: LiveSession, login: Login, log: Logger): Promise<SignedOut> {
  const facts = { account: session.account.id, site: session.site.id }
  try {
    const done = await inTime(login.signOut(stateOf(session)))
    log.info({ ...facts, done }, done ? 'signed out at the site' : 'the site offers no sign-out that was found')
    return done ? 'done' : 'no-way'
  } catch (error) {
    log.warn({ ...facts, err: error }, 'signing out at the site failed')
    return 'no-answer'
  }
}

/** Does the site say that it knows this session no longer? False also where it does not answer. Never rejects. */
export async function hasEndedAtSite(session: LiveSession, login: Login): Promise<boolean> {
  return inTime(login.isSignedIn(stateOf(session))).then(
    (isSignedIn) => !isSignedIn,
    () => false,
  )
}

function stateOf(session: LiveSession): SessionState {
  const { site, headers, storage, landingUrl, route } = session
  return { site, cookies: session.serialisedCookies(), headers, storage, landingUrl, route }
}

async function inTime<T>(asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit)
  })
  try {
    return await Promise.race([asked, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
