import { Readable } from 'node:stream'
import type { Account } from '../../accounts/index.ts'
import { asRelayError } from '../../errors.ts'
import type { NewAccount, SessionEvent, Sessions } from '../../sessions/index.ts'
import { isUnderWay } from '../account-state.ts'
import { eventView } from '../views.ts'

/**
 * Signs in and tells it: a line of JSON an event, the last one `signed-in` or `failed`. Where a sign-in is under way already, its steps come first.
 * `fresh`: though a session is live, which whoever borrows the account does not end.
 * Rejects when none can begin, before a line is sent. A client that goes away does not end the sign-in, which others may wait for.
 */
export function signInLines(sessions: Sessions, account: Account, { fresh }: { readonly fresh: boolean }): Promise<Readable> {
  const recent = sessions.recent(account.id)
  const last = recent.at(-1)
  const before = last !== undefined && isUnderWay(last) ? recent : []
  return errandLines(sessions, account, { before, isLast: isOutcome, run: () => sessions.ensure(account.id, { fresh }) })
}

/** Gives the account a new password and tells it in the same way: `password` says what became of it. */
export function rotationLines(sessions: Sessions, account: Account): Promise<Readable> {
  let hasBegun = false
  let isTold = false
  const isLast = (event: SessionEvent) => {
    isTold ||= event.type === 'password'
    return event.type === 'failed' || (event.type === 'signed-in' && isTold)
  }
  // What was under way before it is another's.
  const isOfIt = (event: SessionEvent) => {
    hasBegun ||= event.type === 'started'
    return hasBegun
  }
  return errandLines(sessions, account, { before: [], isOfIt, isLast, run: () => sessions.rotate(account.id, { person: true }) })
}

/** Makes an account at its site and tells it in the same way. */
export function registrationLines(sessions: Sessions, { account, make }: NewAccount): Promise<Readable> {
  return errandLines(sessions, account, { before: [], isLast: isOutcome, run: make })
}

interface Errand {
  readonly before: readonly SessionEvent[]
  readonly isOfIt?: (event: SessionEvent) => boolean
  readonly isLast: (event: SessionEvent) => boolean
  readonly run: () => Promise<unknown>
}

async function errandLines(sessions: Sessions, account: Account, { before, isOfIt = () => true, isLast, run }: Errand): Promise<Readable> {
  const stream = new Readable({ read: () => {} })
  let attempt = ''
  let outcome = false
  const tell = (event: SessionEvent) => {
    if (event.account.id !== account.id || event.type === 'ended' || outcome || !isOfIt(event)) return
    attempt = event.attempt
    outcome = isLast(event)
    stream.push(`${JSON.stringify(eventView(event))}\n`)
  }
  for (const event of before) tell(event)
  const stop = sessions.onEvent(tell)
  stream.once('close', stop)

  let refused: unknown
  const done = run().then(
    () => stream.push(null),
    (error: unknown) => {
      refused = error
      if (attempt === '') return
      const { message, next } = asRelayError(error)
      tell({ type: 'failed', account, attempt, kind: 'unknown', seen: [message], next, at: Date.now() })
      stream.push(null)
    },
  )
  await Promise.race([done, firstOf(stream)])
  if (refused !== undefined && attempt === '') {
    stop()
    throw refused
  }
  return stream
}

function isOutcome({ type }: SessionEvent): boolean {
  return type === 'signed-in' || type === 'failed'
}

function firstOf(stream: Readable): Promise<void> {
  return stream.readableLength > 0 ? Promise.resolve() : new Promise((resolve) => stream.once('readable', () => resolve()))
}
