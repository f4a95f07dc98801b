import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import t from 'tap'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { withOtherHosts } from '../connections/other-hosts.ts'
import { dialProxy, dialTunnel, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

async function metricsOf(house: House): Promise<string> {
  const answer = await fetch(`${house.portalUrl}/api/v1/metrics`, { headers: { authorization: `Bearer ${house.adminToken}` } })
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  return answer.text()
}

/** Metrics until they say so: an exchange is counted when its answer has gone out, which a client sees a moment before. */
async function metricsUntil(house: House, line: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    const text = await metricsOf(house)
    if (text.includes(`\n${line}\n`) || tries > 100) return text
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function ask(house: House, origin: Awaited<ReturnType<typeof startRecordingOrigin>>, path: string, fields = ''): Promise<string> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  return (await readAll(socket)).text
}

t.test('requests are counted by what came of them, sign-ins by their outcome, and nothing in it tells of whom', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/missing', 'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno')
  origin.on('/broken', (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf'))
  const house = await startHouse(t, { origins: [origin] })
  for (const path of ['/a?token=canary-in-a-query', '/missing', '/broken']) await ask(house, origin, path, 'Cookie: c=canary-in-a-cookie\r\n')
  const nobody = await dialProxy(house.access)
  nobody.write(`GET ${origin.origin.replace('https', 'http')}/ HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
  await readAll(nobody)
  const text = await metricsUntil(house, 'login_relay_requests_total{outcome="broken",code="2xx"} 1')
  for (const line of [
    'login_relay_requests_total{outcome="site",code="2xx"} 1',
    'login_relay_requests_total{outcome="site",code="4xx"} 1',
    'login_relay_requests_total{outcome="broken",code="2xx"} 1',
    'login_relay_requests_total{outcome="relay",code="4xx"} 1',
    'login_relay_refusals_total{error="proxy_auth_required"} 1',
    'login_relay_tunnels_total{kind="intercepted"} 3',
    'login_relay_request_duration_seconds_count 4',
    'login_relay_sign_ins_total{outcome="signed-in"} 1',
    'login_relay_sessions 1',
  ])
    t.ok(text.includes(`\n${line}\n`), line)
  for (const private_ of ['canary', 'ann', house.device.name, 'site.test', 'erp']) t.notOk(text.includes(private_), `no ${private_}`)
})

t.test('the access log has who, where and what came of it, and neither query nor cookie', async (t) => {
  const origin = await startRecordingOrigin(t)
  const file = `${await tempFolder(t)}/access.log`
  const house = await startHouse(t, { origins: [origin], config: { log: { access: 'file', accessFile: file } } })
  await ask(house, origin, '/orders?token=canary-in-a-query', 'Cookie: c=canary-in-a-cookie\r\n')
  await house.stop()
  const text = await readFile(file, 'utf8')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(lines, [
    {
      user: 'ann',
      device: house.device.name,
      account: 'erp',
      site: 'erp',
      method: 'GET',
      host: origin.host,
      path: '/orders',
      status: 200,
      outcome: 'site',
      bytes: Number,
      ms: Number,
      time: /^20.*Z$/,
    },
  ])
  t.equal(lines.length, 1)
  t.equal(lines[0].bytes, `GET /orders?token=canary-in-a-query 0`.length)
  t.notMatch(text, /canary/)
})

t.test('asked to, it tells queries and the names of cookies, and still no value of a cookie', async (t) => {
  const origin = await startRecordingOrigin(t)
  const file = `${await tempFolder(t)}/access.log`
  const house = await startHouse(t, { origins: [origin], config: { log: { access: 'file', accessFile: file, accessDetail: 'cookies' } } })
  await ask(house, origin, '/orders?page=2', 'Cookie: theme=canary-in-a-cookie; x=y\r\n')
  await ask(house, origin, '/.well-known/login-relay/deliver?code=canary-code')
  await house.stop()
  const text = await readFile(file, 'utf8')
  t.match(JSON.parse(text.split('\n')[0] as string), { path: '/orders?page=2', cookies: ['theme', 'x'] })
  t.notMatch(text, /canary/)
})

t.test('what is open now is told while it is, of whom, and no longer afterwards', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  origin.on('/ws', (socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'))
  let held: (() => void) | undefined
  origin.on('/slow', (socket) => {
    held = () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n`)
  await once(socket, 'data')
  const slow = ask(house, origin, '/slow')
  await until(() => held !== undefined, 'the request at the site')
  t.match(house.proxy.figures(), {
    connections: 2,
    tunnels: { intercepted: 2, unread: 0 },
    webSockets: 1,
    underWay: 1,
  })
  held?.()
  await slow
  socket.destroy()
  await until(() => house.proxy.figures().connections === 0 && house.proxy.figures().requests >= 2, 'both requests counted')
  t.match(house.proxy.figures(), { webSockets: 0, underWay: 0, tunnels: { intercepted: 0 }, devices: [{ user: 'ann', name: house.device.name, requests: 2 }] })
  await house.identity.revokeDevice(house.device.id)
  t.strictSame(house.proxy.figures().devices, [], 'a revoked device is forgotten')
})

t.test('a tunnel that is passed unread is counted with its bytes', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const other = createServer((socket) => void socket.end('12345')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => void other.close())
  const access = await withOtherHosts(t, house, (other.address() as { port: number }).port)
  const { proxy } = access
  const socket = await dialProxy(access)
  socket.write(`CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\nProxy-Authorization: ${access.authorization}\r\n\r\n`)
  await readAll(socket)
  await until(() => proxy.figures().connections === 0, 'the connection let go')
  t.match(proxy.figures(), { bytes: 5, tunnels: { unread: 0 } })
})
