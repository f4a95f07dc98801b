import { readFileSync } from 'node:fs'
import t from 'tap'
import { CookieJar } from '../../relay/login/index.ts'
import { vectorsMissing } from '../attacks/vectors.ts'
import { browserFor, startOrigin } from './browser-for-test.ts'

const folder = new URL('../../../shared/vectors/', import.meta.url)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
const latin1 = (text: string) => Buffer.from(text).toString('latin1')
const utf8 = (text: string) => Buffer.from(text, 'latin1').toString()

/** What Node's server refuses to send. */
function hasControls(line: string): boolean {
  return [...line].some((character) => character < ' ' && character !== '\t')
}

interface Wpt {
  readonly group: string
  readonly set_at: string
  readonly set: readonly string[]
  readonly then_at: string
  readonly sent: string
}

interface HttpState {
  readonly test: string
  readonly received: readonly string[]
  readonly sent: readonly { readonly name: string; readonly value: string }[]
  readonly 'sent-to'?: string
}

/**
 * Where browsers (RFC 6265bis, and the other suite here) do otherwise than RFC 6265, on which this suite rests: they keep a cookie
 * without a name, refuse control characters, compare paths undecoded. 0002, COMMA0006 and COMMA0007 expired in 2019.
 */
const otherThanBrowsers = new Set(
  (
    '0002 0004 0021 0023 0024 0025 0026 0027 0028 CHROMIUM0009 CHROMIUM0010 CHROMIUM0012 COMMA0006 COMMA0007 DISABLED_CHROMIUM0022 DISABLED_CHROMIUM0023 ' +
    'DISABLED_PATH0029 MOZILLA0012 MOZILLA0014 MOZILLA0015 MOZILLA0016 MOZILLA0017 NAME0017 NAME0023 NAME0025 NAME0028 NAME0031 NAME0032 NAME0033'
  ).split(' '),
)

t.test('cookies are kept and sent as browsers do: Web Platform Tests', { skip: vectorsMissing('wpt-cookies') }, async (t) => {
  for (const { group, set_at, set, then_at, sent } of read('wpt-cookies/cases.json').cases as Wpt[]) {
    const jar = CookieJar.create()
    for (const line of set) jar.set(latin1(line), new URL(set_at))
    t.equal(utf8(jar.header(new URL(then_at))), sent, `${group}: ${set.join(' | ')}`)
    const restored = CookieJar.restore(jar.serialise())
    t.equal(utf8(restored.header(new URL(then_at))), sent, 'and after a restart')
  }
})

t.test('cookies are parsed as RFC 6265 says: the http-state suite', { skip: vectorsMissing('http-state-cookies') }, async (t) => {
  const different: string[] = []
  for (const { test, received, sent, ...rest } of read('http-state-cookies/parser.json') as HttpState[]) {
    const jar = CookieJar.create()
    const from = new URL(`http://home.example.org:8888/cookie-parser?${test}`)
    for (const line of received) jar.set(latin1(line), from)
    const got = utf8(jar.header(new URL(rest['sent-to'] ?? `/cookie-parser-result?${test}`, from)))
    if (got !== sent.map(({ name, value }) => `${name}=${value}`).join('; ')) different.push(test)
  }
  t.strictSame(different, [...otherThanBrowsers].sort(), 'all but the listed ones')
})

t.test('the same through a real origin: what it sets is what it gets back', { skip: vectorsMissing('http-state-cookies') }, async (t) => {
  const cases = (read('http-state-cookies/parser.json') as HttpState[]).filter(
    ({ test, received, ...rest }) => !otherThanBrowsers.has(test) && rest['sent-to'] === undefined && !received.some(hasControls),
  )
  const byName = new Map(cases.map((one) => [one.test, one]))
  const origin = await startOrigin(t, ({ url }, response) => {
    const { pathname, search } = new URL(url, 'http://x')
    if (pathname === '/cookie-parser') response.setHeader('set-cookie', (byName.get(search.slice(1))?.received ?? []).map(latin1))
    response.end()
  })
  const home = origin.at('home.example.org')
  for (const { test, sent } of cases) {
    const browser = browserFor(t, [home])
    await browser.open(`${home}/cookie-parser?${test}`)
    await browser.open(`${home}/cookie-parser-result?${test}`)
    const cookie = origin.seen.at(-1)?.headers.cookie
    t.equal(cookie === undefined ? '' : utf8(cookie), sent.map(({ name, value }) => `${name}=${value}`).join('; '), test)
  }
})

t.test('dates are read as the http-state suite reads them', { skip: vectorsMissing('http-state-cookies') }, async (t) => {
  for (const file of ['http-state-cookies/dates-examples.json', 'http-state-cookies/dates-bsd-examples.json']) {
    const text = readFileSync(new URL(file, folder), 'utf8')
    for (const { test, expected } of JSON.parse(text.slice(text.indexOf('['))) as { test: string; expected: string | null }[]) {
      const jar = CookieJar.create()
      jar.set(`a=b; Expires=${latin1(test)}`, new URL('http://site.test/'))
      const [cookie] = jar.cookies()
      const wanted = expected === null ? undefined : Date.parse(expected) / 1000
      // What has passed is not kept; the jar shows that it read the date by not keeping it.
      if (wanted !== undefined && wanted * 1000 <= Date.now()) t.equal(cookie, undefined, test)
      else t.equal(cookie?.expires, wanted, test)
    }
  }
})
