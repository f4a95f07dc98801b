import type { Logger } from 'pino'
import type { Login } from '../../login/index.ts'
import type { LiveSession } from './site-session.ts'

/** How long a sign-out at the site may take; the session is ended here before that. Milliseconds. */
const limit = 10_000

/** Ends a session at the site (law 7). Whether the site offers a way, and answers, goes to the log. */
export async function signOutAtSite(session: LiveSession, login: Login, log: Logger): Promise<void> {
  const { site, headers, storage, landingUrl, route } = session
  const state = { site, cookies: session.serialisedCookies(), headers, storage, landingUrl, route }
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit)
  })
  const facts = { account: session.account.id, site: site.id }
  try {
    const done = await Promise.race([login.signOut(state), tooLong])
    log.info({ ...facts, done }, done ? 'signed out at the site' : 'the site offers no sign-out that was found')
  } catch (error) {
    log.warn({ ...facts, err: error }, 'signing out at the site failed')
  } finally {
    clearTimeout(timer)
  }
}
