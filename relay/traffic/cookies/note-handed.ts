import { copyHolder, type SiteSession } from '../../sessions/index.ts'
import type { Rooms } from '../rooms.ts'
import type { Sender } from '../sender.ts'
import type { ExchangeCookies } from './exchange-cookies.ts'
import { cookieName } from './pairs.ts'

/** Does the client get real cookies with an answer, and it is not known yet that it has some of this session? */
export function isNewHolder({ sessions }: Rooms, { principal }: Sender, cookies: ExchangeCookies, session: SiteSession): boolean {
  const names = cookies.handed.map(cookieName)
  if (names.length === 0 || sessions.copies.has(copyHolder('browser', principal), session)) return false
  // What the session has not taken, or has removed, opens nothing.
  return session.cookies().some(({ name }) => names.includes(name))
}

/**
 * Who gets real cookies is known before they leave (law 7). They are kept back where that cannot be written down, or the session has ended
 * meanwhile. Never rejects.
 */
export async function noteHanded({ sessions, log }: Rooms, { principal }: Sender, cookies: ExchangeCookies, session: SiteSession): Promise<void> {
  try {
    if (!(await sessions.copies.note(copyHolder('browser', principal), session))) cookies.keepBack()
  } catch (error) {
    log.error({ err: error }, 'that a browser is given cookies of a session could not be written down: it is not given them')
    cookies.keepBack()
  }
}
