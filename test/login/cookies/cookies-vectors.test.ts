import t from 'tap'
import { CookieJar } from '../../../relay/login/index.ts'
import { readText, readVectors, vectorsMissing } from '../../attacks/vectors.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { browserFor, startOrigin } from '../browser/browser-for-test.ts'
import { otherwiseThanRfc6265, stale } from './otherwise-than-rfc-6265.ts'

const latin1 = (text: string) => Buffer.from(text).toString('latin1')
const utf8 = (text: string) => Buffer.from(text, 'latin1').toString()

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

const wptCases = () => readVectors<{ cases: Wpt[] }>('wpt-cookies/cases.json').cases
const exceptions = new Map(Object.values(otherwiseThanRfc6265).flatMap((cases) => Object.entries(cases)))

function httpStateCases() {
  return readVectors<HttpState[]>('http-state-cookies/parser.json').map(({ test, received, sent, ...rest }) => ({
    test,
    received,
    asSuiteSays: sent.map(({ name, value }) => `${name}=${value}`).join('; '),
    sendTo: rest['sent-to'] ?? `/cookie-parser-result?${test}`,
  }))
}

/** What Node's server refuses to send. */
function hasControls(line: string): boolean {
  return [...line].some((character) => character < ' ' && character !== '\t')
}

t.test('cookies are kept and sent as browsers do: Web Platform Tests', { skip: vectorsMissing('wpt-cookies') }, async (t) => {
  for (const { group, set_at, set, then_at, sent } of wptCases()) {
    const jar = CookieJar.create()
    for (const line of set) jar.set(latin1(line), new URL(set_at))
    t.equal(utf8(jar.header(new URL(then_at))), sent, `${group}: ${set.join(' | ')}`)
    const restored = CookieJar.restore(jar.serialise())
    t.equal(utf8(restored.header(new URL(then_at))), sent, 'and after a restart')
  }
})

t.test('the same by a browser and real origins, with and without TLS', { skip: vectorsMissing('wpt-cookies') }, async (t) => {
  const authority = await createTestAuthority()
  let lines: readonly string[] = []
  const answer: Parameters<typeof startOrigin>[1] = (_request, response) => {
    response.setHeader('set-cookie', lines.map(latin1)).end()
    lines = []
  }
  const plain = await startOrigin(t, answer)
  const safe = await startOrigin(t, answer, { tls: await authority.issue('www.site.test') })
  const moved = (address: string): URL => {
    const { protocol, hostname, pathname, search } = new URL(address)
    return new URL(pathname + search, (protocol === 'https:' ? safe : plain).at(hostname))
  }
  for (const { group, set_at, set, then_at, sent } of wptCases().filter(({ set }) => !set.some(hasControls))) {
    const from = moved(set_at)
    const to = moved(then_at)
    const browser = browserFor(t, [from.origin, to.origin], {}, { ca: authority.cert })
    lines = set
    await browser.open(from)
    await browser.open(to)
    const origin = to.protocol === 'https:' ? safe : plain
    t.equal(utf8(origin.seen.at(-1)?.headers.cookie ?? ''), sent, `${group}: ${set.join(' | ')}`)
  }
})

t.test(
  'cookies are parsed as RFC 6265 says, but where browsers do otherwise: the http-state suite',
  { skip: vectorsMissing('http-state-cookies') },
  async (t) => {
    const left = new Set(exceptions.keys())
    for (const { test, received, asSuiteSays, sendTo } of httpStateCases()) {
      const clock = stale.has(test) ? t.intercept(Date, 'now', { value: () => Date.UTC(2018, 0) }) : undefined
      const jar = CookieJar.create()
      const from = new URL(`http://home.example.org:8888/cookie-parser?${test}`)
      for (const line of received) jar.set(latin1(line), from)
      t.equal(utf8(jar.header(new URL(sendTo, from))), exceptions.get(test) ?? asSuiteSays, test)
      clock?.restore()
      if (exceptions.has(test)) t.not(exceptions.get(test), asSuiteSays, 'is an exception')
      left.delete(test)
    }
    t.strictSame([...left], [], 'every exception is a case of the suite')
  },
)

t.test('the same through a real origin: what it sets is what it gets back', { skip: vectorsMissing('http-state-cookies') }, async (t) => {
  const cases = httpStateCases().filter(({ test, received }) => !stale.has(test) && !received.some(hasControls))
  const byName = new Map(cases.map((one) => [one.test, one]))
  const origin = await startOrigin(t, ({ url }, response) => {
    const { pathname, search } = new URL(url, 'http://x')
    if (pathname === '/cookie-parser') response.setHeader('set-cookie', (byName.get(search.slice(1))?.received ?? []).map(latin1))
    response.end()
  })
  for (const { test, asSuiteSays, sendTo } of cases) {
    const home = `${origin.at('home.example.org')}/cookie-parser?${test}`
    const to = new URL(sendTo, home)
    to.port = new URL(home).port
    const browser = browserFor(t, [new URL(home).origin, to.origin])
    await browser.open(home)
    await browser.open(to)
    t.equal(utf8(origin.seen.at(-1)?.headers.cookie ?? ''), exceptions.get(test) ?? asSuiteSays, test)
  }
})

t.test('dates are read as the http-state suite reads them', { skip: vectorsMissing('http-state-cookies') }, async (t) => {
  for (const file of ['http-state-cookies/dates-examples.json', 'http-state-cookies/dates-bsd-examples.json']) {
    const text = readText(file)
    for (const { test, expected } of JSON.parse(text.slice(text.indexOf('['))) as { test: string; expected: string | null }[]) {
      const wanted = expected === null ? undefined : Date.parse(expected)
      const jar = CookieJar.create()
      // Asked before that date, a cookie tells it.
      const clock = t.intercept(Date, 'now', { value: () => (wanted ?? Date.UTC(2018, 0)) - 1000 })
      jar.set(`a=b; Expires=${latin1(test)}`, new URL('http://site.test/'))
      t.equal(jar.cookies()[0]?.expires, wanted === undefined ? undefined : wanted / 1000, test)
      clock.restore()
    }
  }
})

t.test('no cookie spans a public suffix, and every registrable domain may have them', { skip: vectorsMissing('public-suffix') }, async (t) => {
  const cases = [...readText('public-suffix/test_psl.txt').matchAll(/^checkPublicSuffix\('([^.'][^']*)', (?:null|'([^']*)')\)/gm)]
  t.ok(cases.length > 50)
  for (const [, host = '', domain] of cases) {
    const jar = CookieJar.create()
    const from = new URL(`https://${domain === undefined ? `below.${host}` : host}/`)
    const span = new URL(`https://${domain ?? host}/`).hostname
    t.equal(jar.set(`a=1; Domain=${span}`, from), domain !== undefined, `${from.hostname} for ${span}`)
    t.equal(jar.header(new URL(`https://other.${span}/`)), domain === undefined ? '' : 'a=1')
  }
})
