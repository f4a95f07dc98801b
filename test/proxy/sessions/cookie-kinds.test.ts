import t, { type Test } from 'tap'
import type { Site } from '../../../relay/accounts/index.ts'
import { answersIn, dialProxy, dialTunnel, readAll } from '../raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const asPage = 'Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n'

/** What a terminal was given by an answer, and what the site was sent for it. */
async function ask(house: House, origin: RecordingOrigin, path: string, fields = '', access = house.access) {
  const socket = await dialTunnel(access, house.tunnelTo(origin))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  if (answer === undefined) throw new Error('no answer')
  const given = [...answer.head.matchAll(/\r\nset-cookie: ([^\r]*)/gi)].map(([, line]) => line as string)
  return { ...answer, given, sent: origin.requests.at(-1) }
}

async function start(t: Test, cookies: Site['cookies'], signIn: readonly string[] = [], delivery: Site['delivery'] = 'attach') {
  const origin = await startRecordingOrigin(t, { signInCookies: (n) => [`sid=${n}; Path=/`, ...signIn] })
  const house = await startHouse(t, {
    origins: [origin],
    delivery,
    hosts: { 'crm.site.test': '127.0.0.1' },
    declared: cookies === undefined ? {} : { cookies },
  })
  return { origin, house }
}

const valueIn = (lines: readonly string[], name: string): string | undefined => lines.find((line) => line.startsWith(`${name}=`))?.split(/[=;]/)[1]

t.test('a declaration says of each cookie where it is: in the relay, at the client, in both, nowhere', async (t) => {
  const { origin, house } = await start(t, { sid: 'managed', lang: 'relayed', 'ad_*': 'suppressed', ad_ok: 'relayed', note: 'phantom' }, ['ad_1=x; Path=/'])
  const set = ['sid=1; Path=/', 'lang=de; Path=/app', 'ad_2=y', 'ad_ok=z', 'note=real-note; Path=/; Secure', 'later=1; HttpOnly', 'theme=dark']
  origin.on('/set', page('x', set.map((line) => `Set-Cookie: ${line}\r\n`).join('')))
  const { given } = await ask(house, origin, '/set')
  t.same(
    given.filter((line) => !line.startsWith('note=')),
    ['lang=de; Path=/app', 'ad_ok=z', 'theme=dark'],
  )
  t.match(
    given.find((line) => line.startsWith('note=')),
    /^note=lrp_[\w-]{18}; Path=\/; Secure$/,
  )
  const { sent } = await ask(house, origin, '/next', 'Cookie: lang=fr; ad_1=mine; ad_2=mine; ad_ok=w; sid=99; note=99; theme=light\r\n')
  t.equal(sent?.field('cookie'), 'lang=fr; ad_ok=w; theme=light; sid=1; note=real-note; later=1')
})

t.test("a relayed cookie is the client's; what the sign-in gave goes along until the client has one, and is given to it with a page", async (t) => {
  const { origin, house } = await start(t, { lang: 'relayed' }, ['lang=en; Path=/'])
  t.same((await ask(house, origin, '/a')).given, [], 'nothing is given with what is no page')
  const first = await ask(house, origin, '/b', asPage)
  t.equal(first.sent?.field('cookie'), 'sid=1; lang=en')
  t.ok(first.given.includes('lang=en; Path=/'))
  const second = await ask(house, origin, '/c', `${asPage}Cookie: lang=de\r\n`)
  t.equal(second.sent?.field('cookie'), 'lang=de; sid=1')
  t.equal(valueIn(second.given, 'lang'), undefined)
})

t.test('what is given with a page has the end that the site has given it last', async (t) => {
  const { origin, house } = await start(t, { lang: 'phantom' }, ['lang=en; Path=/; Max-Age=1000'])
  const endOf = (lines: readonly string[]) => Date.parse(/; Expires=([^;]+)/.exec(lines.find((line) => line.startsWith('lang=')) ?? '')?.[1] ?? '')
  const first = endOf((await ask(house, origin, '/a', asPage)).given)
  origin.on('/set', page('x', 'Set-Cookie: lang=en; Path=/; Max-Age=100000\r\n'))
  await ask(house, origin, '/set')
  const second = endOf((await ask(house, origin, '/b', asPage)).given)
  t.ok(second - first > 90_000_000, `${second} is not after ${first}`)
})

t.test('with delivery handoff what is named stays in the relay all the same', async (t) => {
  const { origin, house } = await start(t, { refresh: 'managed', junk: 'suppressed' }, [], 'handoff')
  origin.on('/set', page('x', 'Set-Cookie: refresh=real\r\nSet-Cookie: junk=1\r\nSet-Cookie: more=2; HttpOnly\r\n'))
  t.same((await ask(house, origin, '/set')).given, ['more=2; HttpOnly'])
  t.equal((await ask(house, origin, '/next')).sent?.field('cookie'), 'sid=1; refresh=real; more=2')
})

t.test('a session cookie that scripts may read is shown as a phantom, another for each device, which changes nothing on the way', async (t) => {
  const { origin, house } = await start(t, undefined, ['hidden=1; Path=/; HttpOnly'])
  const first = await ask(house, origin, '/a', asPage)
  t.match(first.given, [/^sid=lrp_[\w-]{18}; Path=\/$/])
  t.equal(first.given.length, 1, 'none for what no script sees')
  const phantom = valueIn(first.given, 'sid') as string
  t.same((await ask(house, origin, '/b', `${asPage}Cookie: sid=${phantom}\r\n`)).given, [], 'once')
  const other = await ask(house, origin, '/c', asPage, await house.addDevice())
  t.not(valueIn(other.given, 'sid'), phantom)
  for (const sid of [phantom, valueIn(other.given, 'sid'), 'lrp_AAAAAAAAAAAAAAAAAA', '7']) {
    t.equal((await ask(house, origin, '/d', `Cookie: sid=${sid}\r\n`)).sent?.field('cookie'), 'sid=1; hidden=1')
  }
  const renamed = await ask(house, origin, '/e', `Cookie: stray=${phantom}; a=1\r\n`)
  t.equal(renamed.sent?.field('cookie'), 'a=1; sid=1; hidden=1', 'a phantom by any other name goes nowhere')
})

t.test('a phantom that a script repeats in a header is swapped for its own device, in fields of sessions alone', async (t) => {
  const { origin, house } = await start(t, undefined, ['access_token=r%2Feal; Path=/'])
  const token = valueIn((await ask(house, origin, '/a', asPage)).given, 'access_token')
  const fields = `Authorization: Bearer ${token}\r\nX-Access-Token: ${token}\r\nX-Request-Id: ${token}\r\nReferer: ${origin.origin}/?t=${token}\r\n`
  const { sent } = await ask(house, origin, `/b?t=${token}`, fields)
  t.equal(sent?.field('authorization'), 'Bearer r/eal', 'as a script would have read it')
  t.equal(sent?.field('x-access-token'), 'r/eal')
  t.equal(sent?.field('x-request-id'), token, 'what sites write back is left alone')
  t.match(sent?.field('referer'), token)
  t.equal(sent?.target, `/b?t=${token}`)
  const other = await ask(house, origin, '/c', fields, await house.addDevice())
  t.equal(other.sent?.field('authorization'), `Bearer ${token}`, "another device's is worth nothing")
  const elsewhere = await ask(house, origin, '/d', `${fields}Origin: https://elsewhere.test\r\nSec-Fetch-Site: cross-site\r\n`)
  t.equal(elsewhere.sent?.field('authorization'), `Bearer ${token}`, 'nor is one that a page of another site sends')
  await house.sessions.end(house.account.id)
  const after = await ask(house, origin, '/e', fields)
  t.equal(after.sent?.field('authorization'), 'Bearer r/eal', 'pages that are open go on when the session is renewed')
  t.match(after.sent?.field('cookie'), 'sid=2')
  const second = await house.accounts.addAccount({ owner: house.userId, siteId: 'erp', name: 'second', username: 'bob', secrets: { password: 'pw' } })
  const otherAccount = await ask(house, origin, '/f', `${fields}Login-Relay-Account: ${second.name}\r\n`)
  t.equal(otherAccount.sent?.field('authorization'), `Bearer ${token}`, 'with another account it is worth nothing')
  await house.identity.revokeDevice(house.device.id)
  await t.rejects(ask(house, origin, '/g', fields), /407/, 'nor with a device that was revoked')
})

t.test('a phantom that nobody can tell the value of makes the relay sign in for nobody', async (t) => {
  const { origin, house } = await start(t, undefined, ['access_token=real; Path=/'])
  await ask(house, origin, '/a', asPage)
  origin.on('/api', 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
  for (const path of ['/api', '/api?2']) {
    const { status, head } = await ask(house, origin, path, 'Authorization: Bearer lrp_of-before-a-restar\r\n')
    t.equal(status, 401)
    t.notMatch(head, /Login-Relay-Session/)
  }
  t.equal(origin.signIns(), 1)
})

t.test("what the site sets for a page of another site does not take the place of a client's token, nor of the session", async (t) => {
  const { origin, house } = await start(t, undefined, ['XSRF-TOKEN=t0; Path=/'])
  await ask(house, origin, '/a', asPage)
  const lines = ['XSRF-TOKEN=forged; Path=/', 'sid=forged; Path=/; SameSite=Lax', 'lang=de']
  origin.on('/set', (socket) => void socket.end(page('x', `Connection: close\r\n${lines.map((line) => `Set-Cookie: ${line}\r\n`).join('')}`)))
  const { given } = await ask(house, origin, '/set', 'Origin: https://elsewhere.test\r\nSec-Fetch-Site: cross-site\r\n')
  t.same(given, ['lang=de'])
  t.equal((await ask(house, origin, '/b', 'Cookie: XSRF-TOKEN=forged\r\n')).sent?.field('cookie'), 'sid=1; XSRF-TOKEN=t0')
})

t.test('a phantom that a client takes to another site is not passed on', async (t) => {
  const { origin, house } = await start(t, undefined)
  const crm = await startRecordingOrigin(t, { host: 'crm.site.test', scheme: 'http' })
  await house.accounts.addSite({ ...house.site, id: 'crm', origins: [crm.origin], loginUrl: `${crm.origin}/login` })
  await house.accounts.addAccount({ owner: house.userId, siteId: 'crm', username: 'ann', secrets: { password: 'pw' } })
  const phantom = valueIn((await ask(house, origin, '/a', asPage)).given, 'sid')
  const socket = await dialPlain(
    house,
    `GET ${crm.origin}/a HTTP/1.1\r\nHost: ${crm.host}\r\nProxy-Authorization: ${house.access.authorization}\r\nCookie: sid=${phantom}; wide=${phantom}\r\nAuthorization: Bearer ${phantom}\r\nConnection: close\r\n\r\n`,
  )
  t.match(socket, /^HTTP\/1\.1 200/)
  t.equal(crm.requests.at(-1)?.field('cookie'), 'sid=1')
  t.equal(crm.requests.at(-1)?.field('authorization'), `Bearer ${phantom}`)
})

t.test('a token against forged requests is the real one at each client: it is no session', async (t) => {
  const { origin, house } = await start(t, undefined, ['XSRF-TOKEN=t0; Path=/'])
  const first = await ask(house, origin, '/a', asPage)
  t.equal(valueIn(first.given, 'XSRF-TOKEN'), 't0')
  origin.on('/renew', page('x', 'Set-Cookie: XSRF-TOKEN=t1; Path=/\r\n'))
  t.equal(valueIn((await ask(house, origin, '/renew', '', await house.addDevice())).given, 'XSRF-TOKEN'), 't1', 'another device gets a newer one')
  const second = await ask(house, origin, '/b', 'Cookie: XSRF-TOKEN=t0\r\nX-XSRF-TOKEN: t0\r\n')
  t.equal(second.sent?.field('cookie'), 'XSRF-TOKEN=t0; sid=1', 'the cookie is still what the header repeats')
  const stale = await ask(house, origin, '/c', `${asPage}Cookie: XSRF-TOKEN=of-a-session-before\r\n`)
  t.equal(stale.sent?.field('cookie'), 'sid=1; XSRF-TOKEN=t1', 'one of another session is not sent')
  t.equal(valueIn(stale.given, 'XSRF-TOKEN'), 't1', 'and is replaced')
})

t.test('a token against forged requests that repeats the session is not given away', async (t) => {
  const { origin, house } = await start(t, undefined, ['SESS=0123456789abcdef; Path=/; HttpOnly', 'csrf=0123456789abcdef; Path=/'])
  const { given } = await ask(house, origin, '/a', asPage)
  t.match(valueIn(given, 'csrf'), /^lrp_/)
  origin.on('/again', page('x', 'Set-Cookie: csrf=v1.0123456789abcdef; Path=/\r\n'))
  t.match(valueIn((await ask(house, origin, '/again')).given, 'csrf'), /^lrp_/)
  const { sent } = await ask(house, origin, '/b', `X-CSRF-Token: ${valueIn(given, 'csrf')}\r\n`)
  t.equal(sent?.field('x-csrf-token'), 'v1.0123456789abcdef', 'and still works')
})

async function dialPlain(house: House, text: string): Promise<string> {
  const socket = await dialProxy(house.access)
  socket.write(text)
  return (await readAll(socket)).text
}
