import { once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { withOtherHosts } from '../proxy/connections/other-hosts.ts'
import { collect, dialProxy, dialTunnel } from '../proxy/raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { type House, startHouse } from '../proxy/start-house.ts'

// Law 7, at the proxy: what a person ends, ends for traffic that is under way too, within a second.

interface Stream {
  readonly what: string
  readonly client: Socket
  readonly site: Socket
}

/** An answer that never ends, an upload that never ends, and a WebSocket. */
async function openStreams(house: House, origin: RecordingOrigin): Promise<Stream[]> {
  const taken: Socket[] = []
  const take = (text: string) => (socket: Socket) => {
    socket.write(text)
    taken.push(socket)
  }
  origin.on('/events', take('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: first\n\n'))
  origin.on('/waiting', take(''))
  origin.on('/upload', take(''))
  origin.on('/ws', take('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst'))
  const open = async (what: string, head: string, fields = '', body = ''): Promise<Stream> => {
    const client = await dialTunnel(house.access, house.tunnelTo(origin))
    const count = taken.length
    client.write(`${head} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}\r\n${body}`)
    while (taken.length === count) await new Promise((resolve) => setTimeout(resolve, 5))
    return { what, client, site: taken.at(-1) as Socket }
  }
  return [
    await open('a streaming answer', 'GET /events'),
    await open('a request that waits', 'GET /waiting'),
    await open('an upload', 'POST /upload', 'Content-Length: 100000\r\n', 'some of it'),
    await open('a WebSocket', 'GET /ws', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'),
  ]
}

async function checkCut(t: Test, streams: readonly Stream[], end: () => Promise<unknown>): Promise<void> {
  const begun = performance.now()
  const closed = streams.flatMap(({ client, site }) => [client, site]).map((socket) => new Promise((resolve) => socket.once('close', resolve)))
  const texts = streams.map(({ client }) => collect(client))
  await Promise.all([...closed, end()])
  t.ok(performance.now() - begun < 5000, `${streams.map(({ what }) => what).join(', ')}: cut at once, on both sides`)
  for (const text of texts) t.notMatch(text(), /\r\n0\r\n\r\n$/, 'and none looks as if it had come to its end')
}

t.test('ending a session cuts what uses it', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  await checkCut(t, await openStreams(house, origin), () => house.sessions.end(house.account.id))
})

t.test('revoking a device cuts what it has under way, and lets it in no more; other devices go on', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const other = await house.addDevice()
  const [kept] = await openStreams({ ...house, access: other }, origin)
  const streams = await openStreams(house, origin)
  const idle = await dialTunnel(house.access, house.tunnelTo(origin))
  await checkCut(t, [...streams, { what: 'an idle tunnel', client: idle, site: idle }], () => house.identity.revokeDevice(house.device.id))
  await t.rejects(dialTunnel(house.access, house.tunnelTo(origin)), /407/)
  t.notOk(kept?.client.destroyed)
  t.notOk(kept?.site.destroyed)
})

t.test('revoking a device cuts its unread tunnels too', async (t) => {
  const origin = await startRecordingOrigin(t)
  const other = await startRecordingOrigin(t, { scheme: 'http', host: 'other.test' })
  const house = await startHouse(t, { origins: [origin] })
  const access = await withOtherHosts(t, house, other.port)
  const client = await dialProxy(access)
  client.write(`CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\nProxy-Authorization: ${access.authorization}\r\n\r\n`)
  await once(client, 'data')
  const [site] = [...other.sockets] as [Socket]
  await checkCut(t, [{ what: 'a tunnel', client, site }], () => house.identity.revokeDevice(house.device.id))
})

t.test('removing the site or the account cuts what uses its session', async (t) => {
  for (const what of ['account', 'site'] as const) {
    const origin = await startRecordingOrigin(t)
    const house = await startHouse(t, { origins: [origin] })
    const streams = await openStreams(house, origin)
    await checkCut(t, streams, () => (what === 'account' ? house.accounts.removeAccount(house.account.id) : house.accounts.removeSite('erp')))
  }
})

t.test('a session that the site has ended does not cut requests that have not met its end', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const [events] = await openStreams(house, origin)
  origin.expire()
  const client = await dialTunnel(house.access, house.tunnelTo(origin))
  client.write(`GET /a HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  const text = collect(client)
  while (!text().includes('GET /a 0')) await once(client, 'data')
  t.notOk(events?.client.destroyed)
  client.destroy()
})
