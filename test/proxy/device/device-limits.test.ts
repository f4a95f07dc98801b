import t from 'tap'
import { configSchema } from '../../../config/index.ts'
import { DeviceLimits } from '../../../relay/proxy/device/device-limits.ts'
import fc from '../../property.ts'
import { until } from '../../until.ts'
import { ask as askStream, openHttp2 } from '../http2/http2-client.ts'
import { dialProxy, dialTunnel, readAll } from '../raw-client.ts'
import { page, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

async function startLimited(t: Parameters<typeof startHouse>[0], limits: Record<string, number>) {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { limits } })
  return { origin, house }
}

/** What CONNECT is answered with; the connection ends. */
async function connect(house: House, { host }: { host: string }, access = house.access): Promise<string> {
  const socket = await dialProxy(access)
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: ${access.authorization}\r\n\r\n`)
  return (await readAll(socket, { until: (text) => text.includes('\r\n\r\n') })).text
}

const many = Array.from({ length: 60 }, (_, i) => `/a?${i}`)

t.test('a device that sends too many requests is told when to go on, and others are not held up', async (t) => {
  const { origin, house } = await startLimited(t, { requestsPerSecond: 1, burst: 10 })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const answers = await Promise.all(many.map((path) => askStream(session, { ':path': path })))
  const refused = answers.filter(({ headers }) => Number(headers[':status']) === 429)
  t.equal(origin.requests.length, many.length - refused.length, 'what is refused is not sent')
  t.ok(refused.length > 10 && refused.length < many.length - 8, 'the burst passes, no more')
  t.match(refused[0]?.headers, { 'retry-after': '1', 'login-relay-error': 'proxy_too_much', 'content-type': 'application/problem+json' })
  t.match(JSON.parse(refused[0]?.body ?? ''), { status: 429, code: 'proxy_too_much', next: /Wait 1 second,/ })
  const tunnels = await Promise.all(many.map(() => connect(house, origin)))
  t.ok(
    tunnels.some((text) => /^HTTP\/1\.1 429 .*\r\nRetry-After: 1\r\n/s.test(text)),
    'a tunnel is a request too',
  )
  t.match(await connect(house, origin, await house.addDevice()), /^HTTP\/1\.1 200 /, 'another device goes on')
  const refusals = house.proxy.families().find(({ name }) => name === 'login_relay_refusals_total')
  t.match(refusals?.samples, [{ labels: { error: 'proxy_too_much' } }])
})

t.test('a person reads of it on a page', async (t) => {
  const { origin, house } = await startLimited(t, { requestsPerSecond: 1, burst: 10 })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const answers = await Promise.all(many.map((path) => askStream(session, { ':path': path, 'sec-fetch-mode': 'navigate', accept: 'text/html' })))
  const refused = answers.find(({ headers }) => Number(headers[':status']) === 429)
  t.match(refused, { headers: { 'retry-after': '1', 'content-type': /^text\/html/ }, body: /This device has more requests than the relay takes/ })
})

t.test('requests at once and connections have an end, and are free again when others are over', async (t) => {
  const { origin, house } = await startLimited(t, { requestsAtOnce: 2, connections: 2 })
  const { live } = house.traffic
  const held: (() => void)[] = []
  origin.on('/held', (socket) => void held.push(() => socket.end(page('done', 'Connection: close\r\n'))))
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const [one, two] = [askStream(session, { ':path': '/held' }), askStream(session, { ':path': '/held' })]
  await until(() => held.length === 2, 'both are held')
  t.match((await askStream(session, { ':path': '/a' })).headers, { ':status': 429, 'retry-after': '5' })
  for (const answer of held) answer()
  t.match([(await one).body, (await two).body], ['done', 'done'])
  await until(() => live.underWayOf(house.device.id) === 0, 'none is under way')
  t.equal((await askStream(session, { ':path': '/a' })).headers[':status'], 200)
  const second = await dialTunnel(house.access, house.tunnelTo(origin))
  t.match(await connect(house, origin), /^HTTP\/1\.1 429 .*\r\nRetry-After: 5\r\n.*more connections/s)
  t.equal((await askStream(session, { ':path': '/a' })).headers[':status'], 200, 'those that stand go on')
  second.destroy()
  await until(() => live.connectionsOf(house.device.id) === 1, 'one connection is left')
  t.match(await connect(house, origin), /^HTTP\/1\.1 200 /)
})

t.test('by default a page with 500 resources opens twice in a row over one connection of HTTP/2', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const session = await openHttp2(t, house.access, house.tunnelTo(origin))
  const statuses = new Map<unknown, number>()
  for (let load = 0; load < 2; load++) {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => askStream(session, { ':path': `/resource/${i}` })))
    for (const { headers } of answers) statuses.set(headers[':status'], (statuses.get(headers[':status']) ?? 0) + 1)
  }
  t.same([...statuses], [[200, 1000]])
})

t.test('a client that takes nothing of an answer, or stops within a request, is cut off', async (t) => {
  const { origin, house } = await startLimited(t, { stallSeconds: 1 })
  const closed = new Promise<void>((resolve) =>
    origin.on('/endless', (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n')
      const more = (): void => {
        while (socket.writable && socket.write(Buffer.alloc(65_536)));
      }
      socket.on('drain', more).on('close', () => resolve())
      more()
    }),
  )
  const deaf = await dialTunnel(house.access, house.tunnelTo(origin))
  deaf.pause()
  deaf.write(`GET /endless HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  await closed
  t.pass('the connection to the site is given up')
  deaf.destroy()
  const mute = await dialTunnel(house.access, house.tunnelTo(origin))
  mute.write(`POST /a HTTP/1.1\r\nHost: ${origin.host}\r\nContent-Length: 10\r\n\r\n12345`)
  const { text, ended } = await readAll(mute, { ms: 20_000 })
  t.match(text, /^HTTP\/1\.1 408 .*\r\nConnection: close\r\n/s)
  t.ok(ended)
  t.notOk(origin.requests.some(({ method, body }) => method === 'POST' && body.length === 10))
})

t.test('a site that stays silent is waited for, whatever the client’s limit', async (t) => {
  const { origin, house } = await startLimited(t, { stallSeconds: 1 })
  origin.on('/slow', (socket) => void setTimeout(() => socket.write(page('at last')), 1500))
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`POST /slow HTTP/1.1\r\nHost: ${origin.host}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`)
  t.match((await readAll(socket, { ms: 20_000 })).text, /at last$/)
})

t.test('DeviceLimits never lets through more than the burst and what has come back since', async () => {
  const limits = configSchema.parse({ limits: { requestsPerSecond: 10, burst: 20 } }).limits
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (pauses) => {
      let now = 0
      const device = new DeviceLimits(limits, { underWayOf: () => 0, connectionsOf: () => 0 }, () => now)
      let taken = 0
      for (const pause of pauses) {
        now += pause
        if (device.takeRequest('d') === undefined) taken++
      }
      return taken <= 20 + (now / 1000) * 10 && (now > 0 || taken === Math.min(20, pauses.length))
    }),
  )
})
