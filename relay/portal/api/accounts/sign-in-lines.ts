import { Readable } from 'node:stream'
import type { Account } from '../../../accounts/index.ts'
import { asRelayError } from '../../../errors.ts'
import { failureForBorrower, type NewAccount, type SessionEvent, type Sessions } from '../../../sessions/index.ts'
import { isUnderWay } from '../../accounts/account-state.ts'
import { borrowedEventView, eventView } from '../../views.ts'

/**
 * Signs in and tells it: a line of JSON an event, the last one `signed-in` or `failed`. Where a sign-in is under way already, its steps come first.
 * `isOwn`: though a session is live, which whoever borrows the account does not end; nor is he told what the relay saw.
 * Rejects when none can begin, before a line is sent. A client that goes away does not end the sign-in, which others may wait for.
 */
export function signInLines(sessions: Sessions, account: Account, { isOwn }: { readonly isOwn: boolean }): Promise<Readable> {
  const recent = sessions.recent(account.id)
  const last = recent.at(-1)
  const before = last !== undefined && isUnderWay(last) ? recent : []
  if (isOwn) return errandLines(sessions, account, { before, isLast: isOutcome, run: () => sessions.ensure(account.id, { fresh: true }) })
  const run = () => sessions.ensure(account.id).catch((error: unknown) => Promise.reject(failureForBorrower(account, error)))
  return errandLines(sessions, account, { before, isLast: isOutcome, run, viewOf: borrowedEventView })
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
  /** What an event looks like to who asked; undefined: he is not told. */
  readonly viewOf?: (event: SessionEvent) => object | undefined
}

async function errandLines(sessions: Sessions, account: Account, { before, isOfIt = () => true, isLast, run, viewOf = eventView }: Errand): Promise<Readable> {
  const stream = new Readable({ read: () => {} })
  let attempt = ''
  let outcome = false
  const tell = (event: SessionEvent) => {
    if (event.account.id !== account.id || event.type === 'ended' || outcome || !isOfIt(event)) return
    attempt = event.attempt
    outcome = isLast(event)
    const view = viewOf(event)
    if (view !== undefined) stream.push(`${JSON.stringify(view)}\n`)
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
