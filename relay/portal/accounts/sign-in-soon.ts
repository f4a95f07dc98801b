import { isRelayError } from '../../errors.ts'
import type { SiteSession } from '../../sessions/index.ts'
import type { Rooms } from '../rooms.ts'

/** How long a click waits for a sign-in before the person is shown its steps instead. */
const patienceOfAPerson = 8

/** The live session, or a sign-in if it is quick; undefined: it goes on, or a person is asked. */
export async function signInSoon(
  { sessions }: Rooms,
  accountId: string,
  options: { fresh?: boolean; seconds?: number } = {},
): Promise<SiteSession | undefined> {
  const { fresh = false, seconds = patienceOfAPerson } = options
  const signedIn = sessions.ensure(accountId, { fresh, wait: false }).catch((error: unknown) => {
    if (isRelayError(error, 'captcha_pending')) return undefined
    throw error
  })
  // Nobody may be waiting any more when it fails.
  signedIn.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000)
  })
  try {
    return await Promise.race([signedIn, tooLong])
  } finally {
    clearTimeout(timer)
  }
}
