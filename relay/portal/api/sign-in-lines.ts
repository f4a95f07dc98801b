import { Readable } from 'node:stream'
import type { Account } from '../../accounts/index.ts'
import { asRelayError } from '../../errors.ts'
import type { SessionEvent, Sessions } from '../../sessions/index.ts'
import { isUnderWay } from '../account-state.ts'
import { eventView } from '../views.ts'

/**
 * Signs in and tells it: a line of JSON an event, the last one `signed-in` or `failed`. Where a sign-in is under way already, its steps come first.
 * Rejects when none can begin, before a line is sent. A client that goes away does not end the sign-in, which others may wait for.
 */
export async function signInLines(sessions: Sessions, account: Account): Promise<Readable> {
  const stream = new Readable({ read: () => {} })
  let attempt = ''
  let outcome = false
  const tell = (event: SessionEvent) => {
    if (event.account.id !== account.id || event.type === 'ended' || outcome) return
    attempt = event.attempt
    outcome = event.type === 'signed-in' || event.type === 'failed'
    stream.push(`${JSON.stringify(eventView(event))}\n`)
  }
  const recent = sessions.recent(account.id)
  const last = recent.at(-1)
  if (last !== undefined && isUnderWay(last)) for (const event of recent) tell(event)
  const stop = sessions.onEvent(tell)
  stream.once('close', stop)

  let refused: unknown
  const signedIn = sessions.ensure(account.id, { fresh: true }).then(
    () => stream.push(null),
    (error: unknown) => {
      refused = error
      if (attempt === '') return
      const { message } = asRelayError(error)
      tell({ type: 'failed', account, attempt, kind: 'unknown', seen: [message], at: Date.now() })
      stream.push(null)
    },
  )
  await Promise.race([signedIn, firstOf(stream)])
  if (refused !== undefined && attempt === '') {
    stop()
    throw refused
  }
  return stream
}

function firstOf(stream: Readable): Promise<void> {
  return stream.readableLength > 0 ? Promise.resolve() : new Promise((resolve) => stream.once('readable', () => resolve()))
}
