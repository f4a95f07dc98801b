import type { Config } from '../../../config/index.ts'
import type { Account } from '../../accounts/index.ts'
import type { ExchangeObserver, Outcome, SeenExchange } from './exchange-observer.ts'
import type { Tally } from './tally.ts'

/**
 * A line for each request: who, where, what came of it. A query can hold what is nobody else's business, and a cookie is a bearer
 * token: neither stands there unless the configuration asks, and then the names of cookies alone.
 */
export class AccessLog implements ExchangeObserver {
  readonly #put: (line: string) => void
  readonly #detail: Config['log']['accessDetail']
  readonly #clock = new LineClock()

  constructor(put: (line: string) => void, detail: Config['log']['accessDetail']) {
    this.#put = put
    this.#detail = detail
  }

  write(
    { req, head, target, sender, site }: SeenExchange,
    account: Pick<Account, 'name'> | undefined,
    { status, bytes, route, error }: Tally,
    outcome: Outcome,
    ms: number,
  ): void {
    const { path } = target
    const query = path.indexOf('?')
    const isWhole = query < 0 || (this.#detail !== 'path' && !path.startsWith('/.well-known/login-relay/'))
    const line = {
      kind: 'access',
      time: this.#clock.now(),
      user: sender?.userName,
      device: sender?.deviceName,
      account: account?.name,
      site: site?.id,
      endpoint: route?.endpoint,
      method: req.method,
      host: target.place.authority,
      path: isWhole ? path : path.slice(0, query),
      cookies: this.#detail === 'cookies' && head.cookie !== '' ? namesOf(head.cookie) : undefined,
      status,
      outcome,
      error,
      bytes,
      ms: Math.round(ms * 10) / 10,
    }
    this.#put(`${JSON.stringify(line)}\n`)
  }
}

/** The time as lines have it. Its seconds are written anew as they change, and not for each of the many lines between. */
class LineClock {
  #second = Number.NaN
  /** Up to the milliseconds. */
  #text = ''

  now(): string {
    const at = Date.now()
    const milliseconds = at % 1000
    if (at - milliseconds !== this.#second) {
      this.#second = at - milliseconds
      this.#text = new Date(at).toISOString().slice(0, -'000Z'.length)
    }
    return `${this.#text}${String(milliseconds).padStart(3, '0')}Z`
  }
}

function namesOf(cookie: string): string[] {
  return cookie.split(';').flatMap((pair) => {
    const name = pair.slice(0, pair.indexOf('=')).trim()
    return pair.includes('=') && name !== '' ? [name] : []
  })
}
