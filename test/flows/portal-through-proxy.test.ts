import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { enrol, startRelay } from '../start-relay.ts'

const username = 'ann.miller'
const password = 'correct horse'

async function setUp(t: Test) {
  const server = await startRotatingSite({ username, password })
  t.teardown(() => server.stop())
  const relay = await startRelay(t)
  const { user, account, device } = await enrol(relay, { url: server.url, username, password, delivery: 'handoff' })
  const portal = new URL(relay.portalUrl)
  const authorization = `Basic ${Buffer.from(`${device.name}:${device.token}`).toString('base64')}`

  /** One request on a connection of its own, to its end. */
  const ask = (lines: readonly string[], to = relay.proxyAddress) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(to.port, to.host, () => socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`))
      let answer = ''
      socket
        .setEncoding('utf8')
        .on('data', (text) => (answer += text))
        .on('end', () => resolve(answer))
        .on('error', reject)
    })
  const viaProxy = (method: string, url: string, fields: readonly string[] = [`Proxy-Authorization: ${authorization}`]) =>
    ask([`${method} ${url} HTTP/1.1`, `Host: ${new URL(url).host}`, ...fields])
  const link = async () => `${portal.origin}/handoff/${(await relay.sessions.tickets.issue(account.id, user.id)).value}`
  return { relay, portal, account, user, ask, viaProxy, link, authorization }
}

t.test('a client that sends everything through the proxy reaches the portal by it', async (t) => {
  const { portal, viaProxy, ask, authorization } = await setUp(t)
  t.match(await viaProxy('GET', `${portal.origin}/sign-in`), /^HTTP\/1\.1 200 .*Sign in/s)
  t.match(await viaProxy('GET', `${portal.origin}/sign-in`, []), /^HTTP\/1\.1 407 /, 'but only with a device')
  const tunnelled = await ask([
    `CONNECT ${portal.host} HTTP/1.1`,
    `Host: ${portal.host}`,
    `Proxy-Authorization: ${authorization}`,
    '',
    `GET /api/v1/health HTTP/1.1`,
    `Host: ${portal.host}`,
  ])
  t.match(tunnelled, /^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 /)
})

t.test("a handoff link is continued from the holder's device, once; opening it spends nothing", async (t) => {
  const { viaProxy, link } = await setUp(t)
  const url = await link()
  for (const method of ['HEAD', 'GET', 'GET']) t.match(await viaProxy(method, url), /^HTTP\/1\.1 200 /)
  t.match(await viaProxy('GET', url), /<form method="post"[^>]*>.*Continue/s)
  const answer = await viaProxy('POST', url)
  const [, deliver = ''] = /^HTTP\/1\.1 303 .*\r\nlocation: (\S+)/is.exec(answer) ?? []
  t.match(deliver, /\/\.well-known\/login-relay\/deliver\?code=/)
  t.match(await viaProxy('GET', deliver), /^HTTP\/1\.1 303 .*\r\nset-cookie: /is)
  t.match(await viaProxy('POST', url), /^HTTP\/1\.1 410 /)
})

t.test("another person's device and a page of another site continue nothing", async (t) => {
  const { relay, viaProxy, link, authorization } = await setUp(t)
  const url = await link()
  const eve = await relay.identity.addUser({ name: 'eve', password: 'long enough', role: 'member' })
  const { device, token } = await relay.identity.addDevice(eve.id, 'laptop')
  const foreign = `Proxy-Authorization: Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}`
  t.match(await viaProxy('POST', url, [foreign]), /^HTTP\/1\.1 403 /)
  t.match(await viaProxy('POST', url, [`Proxy-Authorization: ${authorization}`, 'Origin: http://evil.example']), /^HTTP\/1\.1 403 /)
  t.match(await viaProxy('POST', url), /^HTTP\/1\.1 303 /, 'the ticket is unspent')
})

t.test('who comes to the portal without the proxy is no device, whatever he writes', async (t) => {
  const { portal, ask, link, authorization } = await setUp(t)
  const url = new URL(await link())
  const direct = { host: portal.hostname, port: Number(portal.port) }
  const answer = await ask([`POST ${url.pathname} HTTP/1.1`, `Host: ${portal.host}`, `Proxy-Authorization: ${authorization}`, 'Content-Length: 0'], direct)
  t.match(answer, /^HTTP\/1\.1 401 /)
})

t.test('a device has no other right at the portal than to continue links', async (t) => {
  const { portal, viaProxy } = await setUp(t)
  t.match(await viaProxy('GET', `${portal.origin}/api/v1/accounts`), /^HTTP\/1\.1 401 /)
  t.match(await viaProxy('GET', `${portal.origin}/`), /^HTTP\/1\.1 303 .*\r\nlocation: \/sign-in/is)
})
