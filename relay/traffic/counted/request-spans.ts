import type { Account } from '../../accounts/index.ts'
import type { SignInSpans } from '../../sessions/index.ts'
import type { Tracing } from '../../tracing/index.ts'
import { fieldOf } from '../requests/field-of.ts'
import type { ExchangeObserver, Outcome, SeenExchange } from './exchange-observer.ts'
import type { Tally } from './tally.ts'

/** A span for each request (OpenTelemetry's names for HTTP where it has one), linked to the sign-in that it waited for. */
export class RequestSpans implements ExchangeObserver {
  readonly #tracing: Tracing
  readonly #signIns: SignInSpans

  constructor(tracing: Tracing, signIns: SignInSpans) {
    this.#tracing = tracing
    this.#signIns = signIns
  }

  write({ req, head, target, sender, site }: SeenExchange, account: Pick<Account, 'id' | 'name'> | undefined, tally: Tally, outcome: Outcome): void {
    const begun = tally.begunAt
    // The clock may be set back meanwhile.
    const ended = Math.max(begun, Date.now())
    const signIn = account === undefined ? undefined : this.#signIns.within(account.id, begun)
    const query = target.path.indexOf('?')
    this.#tracing.record({
      name: req.method ?? 'HTTP',
      kind: 'server',
      begun,
      ended,
      traceparent: head.fields && fieldOf(head.fields, 'traceparent'),
      failure: tally.error ?? (outcome === 'broken' ? 'broken' : undefined),
      links: signIn === undefined ? [] : [signIn],
      attributes: {
        'http.request.method': req.method,
        'server.address': target.place.authority,
        'url.path': query < 0 ? target.path : target.path.slice(0, query),
        'http.response.status_code': tally.status === 0 ? undefined : tally.status,
        'login_relay.user': sender?.userName,
        'login_relay.device': sender?.deviceName,
        'login_relay.site': site?.id,
        'login_relay.account': account?.name,
        'login_relay.outcome': outcome,
      },
    })
  }
}
