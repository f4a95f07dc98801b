import t from 'tap'
import { answersIn, dialProxy, dialTunnel, readAll } from '../proxy/raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { type House, startHouse } from '../proxy/start-house.ts'

async function ask(house: House, origin: RecordingOrigin, line: string, fields: string): Promise<{ status: number; head: string; body: string }> {
  const isTunnel = origin.ca !== undefined
  const socket = isTunnel ? await dialTunnel(house.access, house.tunnelTo(origin)) : await dialProxy(house.access)
  const [method, path] = line.split(' ')
  const credentials = isTunnel ? '' : `Proxy-Authorization: ${house.access.authorization}\r\n`
  socket.write(`${method} ${isTunnel ? '' : origin.origin}${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${credentials}${fields}Connection: close\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  if (answer === undefined) throw new Error('no answer')
  return answer
}

const evil = 'Origin: https://evil.test\r\n'
const metadata = (site: string, mode: string, dest: string): string => `Sec-Fetch-Site: ${site}\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: ${dest}\r\n`

t.test('a page of another site does not act with the session', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await house.sessions.ensure(house.account.id)
  const cases: [why: string, line: string, fields: string, signedIn: boolean][] = [
    ['a form sent from elsewhere', 'POST /pay', evil + metadata('cross-site', 'navigate', 'document'), false],
    ['a script elsewhere', 'POST /pay', evil + metadata('cross-site', 'cors', 'empty'), false],
    ['an image elsewhere', 'GET /pay', metadata('cross-site', 'no-cors', 'image'), false],
    ['a frame elsewhere', 'GET /pay', metadata('cross-site', 'navigate', 'iframe'), false],
    ['a sandboxed form', 'POST /pay', `Origin: null\r\n${metadata('cross-site', 'navigate', 'document')}`, false],
    ['a form of a browser without fetch metadata', 'POST /pay', evil, false],
    ['a sandboxed form of such a browser', 'POST /pay', 'Origin: null\r\n', false],
    ['a link elsewhere', 'GET /page', metadata('cross-site', 'navigate', 'document'), true],
    ['an address typed in', 'GET /page', metadata('none', 'navigate', 'document'), true],
    ['the site itself', 'POST /pay', `Origin: ${origin.origin}\r\n${metadata('same-origin', 'cors', 'empty')}`, true],
    ['another host of the same site', 'POST /pay', 'Origin: https://www.site.test\r\n', true],
    ['the same host in clear', 'POST /pay', 'Origin: http://site.test\r\n', false],
    ['a tool', 'POST /pay', '', true],
  ]
  for (const [why, line, fields, signedIn] of cases) {
    origin.requests.length = 0
    const { status } = await ask(house, origin, line, fields)
    t.equal(origin.requests.length, 1, `${why}: the request is passed on`)
    t.equal(origin.requests[0]?.field('cookie'), signedIn ? 'sid=1' : undefined, why)
    t.equal(status, signedIn ? 200 : 302, `${why}: the site answers`)
  }
  t.equal(origin.signIns(), 1, 'and none of the answers is taken for the end of the session')
})

t.test('at a plain-http site, to which browsers send no fetch metadata, the referrer tells a page of another site', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  await house.sessions.ensure(house.account.id)
  const image = 'Accept: image/avif,image/*,*/*;q=0.8\r\n'
  const cases: [why: string, fields: string, signedIn: boolean][] = [
    ['an image elsewhere', `Referer: http://evil.test/\r\n${image}`, false],
    ['an image on the same host by https, which is another site', `Referer: https://site.test/\r\n${image}`, false],
    ['a link elsewhere', 'Referer: http://evil.test/\r\nAccept: text/html,*/*;q=0.8\r\n', true],
    ['the site itself', `Referer: ${origin.origin}/page?a=1\r\n${image}`, true],
    ['another host of the same site', `Referer: http://www.site.test/\r\n${image}`, true],
    ['no referrer: a page may send none, the site itself too', image, true],
    ['what is no address', `Referer: x\r\n${image}`, true],
  ]
  for (const [why, fields, signedIn] of cases) {
    origin.requests.length = 0
    await ask(house, origin, 'GET /pay', fields)
    t.equal(origin.requests[0]?.field('cookie'), signedIn ? 'sid=1' : undefined, why)
  }
})

t.test('a page of another site does not make the relay sign in, nor sign out', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/logout', (socket) => void socket.end(page('bye', 'Set-Cookie: sid=; Max-Age=0; Path=/\r\n')))
  const house = await startHouse(t, { origins: [origin] })
  const image = metadata('cross-site', 'no-cors', 'image')
  await ask(house, origin, 'GET /a', image)
  t.equal(origin.signIns(), 0)
  await house.sessions.ensure(house.account.id)
  await ask(house, origin, 'GET /logout', image)
  t.equal((await ask(house, origin, 'GET /a', '')).body, 'GET /a 0')
  t.equal(origin.signIns(), 1)
})

t.test('cookies the site means for other sites go to them', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const session = await house.sessions.ensure(house.account.id)
  session.absorb(new URL(origin.origin), ['widget=1; SameSite=None; Secure; Path=/'])
  await ask(house, origin, 'GET /a', metadata('cross-site', 'no-cors', 'image'))
  t.equal(origin.requests[0]?.field('cookie'), 'widget=1')
})

t.test('origins that are enrolled as one site are one site', async (t) => {
  const [first, second] = [await startRecordingOrigin(t, { scheme: 'http' }), await startRecordingOrigin(t, { scheme: 'http', host: 'login.elsewhere.test' })]
  const house = await startHouse(t, { origins: [first, second] })
  await ask(house, first, 'POST /a', `Origin: ${second.origin}\r\n`)
  t.equal(first.requests[0]?.field('cookie'), 'sid=1')
})

t.test('a WebSocket that a page of another site opens is not signed in', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await house.sessions.ensure(house.account.id)
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\n${evil}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
  await readAll(socket)
  t.equal(origin.requests[0]?.field('cookie'), undefined)
})
