import type { Browser, CookieFacts, Page, RequestOptions, SessionHeader, StorageEntry } from '../../../adapters/index.ts'
import type { HttpAgent, Part } from '../../outbound/index.ts'
import { CookieJar } from '../cookies/index.ts'
import { urlencoded } from './forms/encode-entries.ts'
import { placedSecret } from './forms/entry-list.ts'
import { jsonParts } from './forms/json-parts.ts'
import { formThatSendsItself } from './forms/sends-itself.ts'
import { type PageContext, ParsedPage } from './page.ts'
import { type BrowserLimits, Navigator } from './requests/navigate.ts'
import type { PageRequest } from './requests/page-request.ts'
import { optionsOf } from './requests/request-fields.ts'

export interface BrowserOptions {
  readonly agent: HttpAgent
  /** Default: an empty one. */
  readonly jar?: CookieJar
  readonly limits: BrowserLimits
  readonly signal: AbortSignal
  /** Called with every page it arrives at, and the request that led there. */
  readonly onPage?: (page: ParsedPage, request: PageRequest) => void
}

/** A browser without a window, for one sign-in. */
export interface WindowlessBrowser extends Browser {
  readonly jar: CookieJar
  /** The page it is at; undefined: none was opened yet. */
  readonly page: Page | undefined
  /** Text without the secrets that were sent. */
  scrub(text: string): string
  /** What a session consists of beside its cookies, where pages have scripts. */
  kept?(): Promise<KeptByScripts>
  close?(): Promise<void>
}

/** What the scripts of a page keep: entries of storage, and the header they send for the session. */
export interface KeptByScripts {
  readonly storage: readonly StorageEntry[]
  readonly headers: readonly SessionHeader[]
}

/** The longest wait a page may ask for before it moves on, for this to count as a redirect. Seconds. */
const longestRefresh = 5

export function createBrowser({ agent, jar = CookieJar.create(), limits, signal, onPage }: BrowserOptions): WindowlessBrowser {
  const navigator = new Navigator({ agent, jar, limits, signal })
  const context: PageContext = { go, fetch: (request) => navigator.fetch(request) }
  let current: ParsedPage | undefined

  /** To the page that comes in the end: a page that moves on by itself within seconds is a redirect. */
  async function go(request: PageRequest, options: RequestOptions = {}): Promise<Page> {
    const passed: URL[] = []
    let next: PageRequest = { ...request, ...optionsOf(options, jar.header(request.url)) }
    for (;;) {
      const answer = await navigator.fetch(next)
      const page = new ParsedPage({ ...answer, redirects: [...passed, ...answer.redirects] }, context)
      const onward = movesOn(page)
      if (onward === undefined) {
        current = page
        onPage?.(page, request)
        return page
      }
      passed.push(...answer.redirects, onward.url)
      navigator.checkRedirects(passed.length - 1, onward.url)
      next = onward
    }
  }

  const cookies: CookieFacts = {
    names: (url) => jar.names(url),
    changesSince: (mark) => jar.changesSince(mark),
    mark: () => jar.mark(),
  }

  return {
    jar,
    scrub: (text) => agent.scrub(text),
    cookies,
    get page() {
      return current
    },
    open: (url, options = {}) => {
      const { authorization } = options
      return go({ method: 'GET', url: new URL(url), ...from(), ...(authorization === undefined ? {} : { authorization }) }, options)
    },
    fetchImage: async (url) => (await navigator.fetch({ method: 'GET', url: new URL(url, current?.url), accept: 'image', ...from() })).bytes,
    postJson: (url, body, options) => post(url, 'application/json', jsonParts(body), { ...options, data: true }),
    postFields(url, fields, options) {
      const entries = Object.entries(fields).map(([name, value]) => ({ name, value: typeof value === 'string' ? value : placedSecret(value) }))
      return post(url, 'application/x-www-form-urlencoded', urlencoded(entries, 'UTF-8'), options)
    },
  }

  function post(url: URL | string, contentType: string, body: readonly Part[], options: RequestOptions = {}): Promise<Page> {
    return go({ method: 'POST', url: new URL(url, current?.url), contentType, body, ...from() }, options)
  }

  function from(): Pick<PageRequest, 'referrer'> {
    return current === undefined ? {} : { referrer: current.url }
  }
}

/** The request that a page makes by itself and soon; undefined: it stays. One that loads itself anew shows the same again. */
function movesOn(page: ParsedPage): PageRequest | undefined {
  const { refresh, url } = page
  const form = formThatSendsItself(page)
  if (form !== undefined) return page.requestOf(form)
  if (refresh === undefined || refresh.seconds > longestRefresh || !/^https?:$/.test(refresh.url.protocol)) return undefined
  return refresh.url.href.split('#')[0] === url.href.split('#')[0] ? undefined : { method: 'GET', url: refresh.url, referrer: url }
}
