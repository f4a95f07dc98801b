import 'reflect-metadata'
import t from 'tap'
import type { HandedCookie } from '../../../relay/sessions/index.ts'
import { setCookieLines } from '../../../relay/traffic/cookies/set-cookie-lines.ts'
import { destined } from '../../../relay/traffic/requests/authority.ts'
import { readText, vectorsMissing } from '../../attacks/vectors.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { answersIn, dialTunnel, readAll } from '../raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const path = '/.well-known/login-relay/deliver'

async function ask(house: House, origin: RecordingOrigin, head: string, fields = ''): Promise<{ status: number; head: string; body: string }> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`${head} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

function codeFor(house: House, holder = house.userId): string {
  return house.sessions.tickets.issueDelivery({ accountId: house.account.id, holder, expiresAt: Date.now() + 60_000 })
}

function field(head: string, name: string): string[] {
  return [...head.matchAll(new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'gi'))].map(([, value = '']) => value)
}

const cookie: HandedCookie = {
  ...{ name: 'sid', value: 'abc', domain: 'site.test', hostOnly: true, path: '/' },
  ...{ secure: false, httpOnly: true, sameSite: undefined, expires: undefined },
}
const https = destined('https', { host: 'site.test', port: 443 })

t.test("with delivery handoff the site's own origin sets the session's cookies and leads to the landing page", async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], delivery: 'handoff' })
  const { status, head } = await ask(house, origin, `GET ${path}?code=${codeFor(house)}`)
  t.equal(status, 303)
  t.same(field(head, 'set-cookie'), ['sid=1; Path=/; HttpOnly'])
  t.same(field(head, 'location'), [`${origin.origin}/home`])
  t.same(field(head, 'cache-control'), ['no-store'])
  t.same(field(head, 'referrer-policy'), ['no-referrer'])
  t.same(origin.requests, [], 'the site sees nothing of it')
})

t.test('with delivery attach the terminal gets a phantom in its place, worth nothing elsewhere', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const { head } = await ask(house, origin, `GET ${path}?code=${codeFor(house)}`)
  const [line = ''] = field(head, 'set-cookie')
  t.match(line, /^sid=[A-Za-z0-9_-]{22}; Path=\/; HttpOnly$/)
  const phantom = line.split(';')[0]
  t.equal((await ask(house, origin, 'GET /a', `Cookie: ${phantom}\r\n`)).body, 'GET /a 0')
  t.equal(origin.requests[0]?.field('cookie'), 'sid=1', 'on the way the real one stands in its place')
})

t.test('a code works once, for its holder, by GET', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const code = codeFor(house)
  t.equal((await ask(house, origin, `HEAD ${path}?code=${code}`)).status, 400)
  t.equal((await ask(house, origin, `GET ${path}?code=${code}`)).status, 303, 'HEAD has not spent it')
  const again = await ask(house, origin, `GET ${path}?code=${code}`, 'Sec-Fetch-Mode: navigate\r\n')
  t.equal(again.status, 410)
  t.match(again.head, /\r\nLogin-Relay-Error: ticket_invalid/)
  t.match(again.body, /<h1>This link is spent/)
  t.equal((await ask(house, origin, `GET ${path}?code=${codeFor(house, 'somebody-else')}`)).status, 410)
  t.equal((await ask(house, origin, `GET ${path}`)).status, 410)
  t.equal((await ask(house, origin, 'GET /.well-known/login-relay/other')).status, 404)
  t.same(origin.requests, [])
})

t.test('a session that spans several origins is delivered at each in turn', async (t) => {
  const authority = await createTestAuthority()
  const first = await startRecordingOrigin(t, { authority })
  const second = await startRecordingOrigin(t, { authority, host: 'files.site.test' })
  const third = await startRecordingOrigin(t, { authority, host: 'elsewhere.test' })
  const house = await startHouse(t, { origins: [first, second, third], delivery: 'handoff' })
  const session = await house.sessions.ensure(house.account.id)
  session.absorb(new URL(first.origin), ['wide=1; Domain=site.test; Path=/; Secure'])
  session.absorb(new URL(second.origin), ['files=2; Path=/files; Secure; HttpOnly'])
  const one = await ask(house, first, `GET ${path}?code=${codeFor(house)}`)
  t.same(field(one.head, 'set-cookie').sort(), ['sid=1; Path=/; HttpOnly', 'wide=1; Path=/; Domain=site.test; Secure'])
  const [hop = ''] = field(one.head, 'location')
  t.ok(hop.startsWith(`${second.origin}${path}?code=`), hop)
  const two = await ask(house, second, `GET ${hop.slice(second.origin.length)}`)
  t.same(field(two.head, 'set-cookie').sort(), ['files=2; Path=/files; Secure; HttpOnly', 'wide=1; Path=/; Domain=site.test; Secure'])
  t.same(field(two.head, 'location'), [`${first.origin}/home`], 'where no cookie belongs there is no stop')
})

t.test('opening one of several accounts chooses it for this device', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await house.accounts.addAccount({ owner: house.userId, siteId: 'erp', name: 'second', username: 'bob', secrets: { password: 'pw' } })
  t.equal((await ask(house, origin, 'GET /a')).status, 409)
  await ask(house, origin, `GET ${path}?code=${codeFor(house)}`)
  t.equal((await ask(house, origin, 'GET /a')).body, 'GET /a 0')
})

t.test('a Set-Cookie line keeps the attributes the site gave', async (t) => {
  const lines = (given: Partial<HandedCookie>): string[] => setCookieLines([{ ...cookie, ...given }], https, ({ value }) => value)
  t.same(lines({}), ['sid=abc; Path=/; HttpOnly'])
  t.same(lines({ hostOnly: false, secure: true, sameSite: 'None', expires: 1_900_000_000 }), [
    'sid=abc; Path=/; Domain=site.test; Expires=Sun, 17 Mar 2030 17:46:40 GMT; Secure; HttpOnly; SameSite=None',
  ])
  t.same(lines({ domain: 'other.test' }), [], 'a cookie of another host is not for this one')
  t.same(lines({ domain: 'test', hostOnly: true }), [])
  t.same(lines({ domain: 'ite.test', hostOnly: false }), [])
  const plain = destined('http', { host: 'site.test', port: 80 })
  t.same(
    setCookieLines([{ ...cookie, secure: true }], plain, ({ value }) => value),
    [],
    'a Secure one is not set over http',
  )
})

t.test('no cookie of a site ends a header line or changes its own attributes', { skip: vectorsMissing('redirect-crlf') }, async (t) => {
  const payloads = readText('redirect-crlf/crlf-injection.txt').split('\n').filter(Boolean)
  const values = [
    ...payloads,
    ...payloads.map((one) => decodeURIComponent(one.replace(/%(?![0-9A-Fa-f]{2})/g, '%25').replace(/%[89A-Fa-f][0-9A-Fa-f]/g, ''))),
    'a\r\nb',
    'a\0b',
    'a; Domain=evil',
    'a\u2028b',
    '\u560d\u560a',
  ]
  for (const value of values) {
    for (const given of [{ value }, { path: `/${value}` }, { name: `n${value}` }]) {
      for (const line of setCookieLines([{ ...cookie, ...given }], https, ({ value }) => value)) {
        t.match(line, /^[\t\x20-\x7e\x80-\xff]*$/, 'it can stand in a header')
        t.equal(line.split(';').length, 3, 'with the attributes it had')
      }
    }
  }
})
