import type { SpanReference, Tracing } from '../../tracing/index.ts'
import type { SessionEvent, Sessions } from '../contract.ts'

/** A sign-in as its events have told it so far. */
interface UnderWay {
  readonly begun: number
  readonly events: { name: string; at: number }[]
}

/** Spans of sign-ins. */
export interface SignInSpans {
  /** The last sign-in of an account, if it ended after `since` (milliseconds since 1970). */
  within(accountId: string, since: number): SpanReference | undefined
}

/** Listens from now on: a span for each sign-in, with the names of its steps. What a step says is not in it: it may be the site's words. */
export function createSignInSpans(sessions: Pick<Sessions, 'onEvent'>, tracing: Tracing): SignInSpans {
  const underWay = new Map<string, UnderWay>()
  const last = new Map<string, { readonly ended: number; readonly span: SpanReference }>()

  sessions.onEvent((event: SessionEvent) => {
    if (event.type === 'started') underWay.set(event.attempt, { begun: event.at, events: [] })
    else if (event.type === 'step') underWay.get(event.attempt)?.events.push({ name: event.step.name, at: event.at })
    else if (event.type === 'challenge') underWay.get(event.attempt)?.events.push({ name: 'asked a person', at: event.at })
    else if (event.type === 'signed-in') end(event, undefined)
    else if (event.type === 'failed') end(event, event.kind)
    else if (event.type === 'ended' && event.reason === 'removed') last.delete(event.account.id)
  })

  function end({ account, attempt, at }: SessionEvent & { readonly attempt: string }, failure: string | undefined): void {
    const begun = underWay.get(attempt)
    if (begun === undefined) return
    underWay.delete(attempt)
    const attributes = { 'login_relay.site': account.siteId, 'login_relay.account': account.name }
    const span = tracing.record({ name: 'sign in', kind: 'internal', ...begun, ended: at, failure, attributes })
    last.set(account.id, { ended: at, span })
  }

  return {
    within(accountId, since) {
      const found = last.get(accountId)
      return found === undefined || found.ended < since ? undefined : found.span
    },
  }
}
