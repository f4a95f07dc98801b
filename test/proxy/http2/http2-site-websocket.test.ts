import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import t, { type Test } from 'tap'
import { webSocketProof } from '../../../relay/outbound/index.ts'
import { until } from '../../until.ts'
import { collect, dialTunnel, readAll } from '../raw-client.ts'
import { type House, startHouse } from '../start-house.ts'
import { agree, type Http2BusinessSite, startHttp2BusinessSite } from './http2-business-site.ts'
import { answerOf, ask, openHttp2 } from './http2-client.ts'

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const asking = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n`

/** What a site's WebSocket was asked with, and by which way. */
interface Seen {
  readonly way: 'upgrade' | 'stream'
  readonly socket: Duplex
  readonly cookie: string | undefined
  readonly key: string | undefined
  readonly protocol: string | undefined
}

function echo(site: Http2BusinessSite): Seen[] {
  const seen: Seen[] = []
  const note = (way: Seen['way'], socket: Duplex, field: (name: string) => string | undefined): void => {
    seen.push({ way, socket, cookie: field('cookie'), key: field('sec-websocket-key'), protocol: field('sec-websocket-protocol') })
    socket.on('error', () => {}).on('data', (chunk) => socket.write(chunk))
  }
  site.onConnect((stream, field) => {
    stream.respond({ ':status': 200, 'sec-websocket-protocol': 'chat' })
    note('stream', stream, field)
  })
  site.onUpgrade((socket, field) => {
    agree(socket, field, 'Sec-WebSocket-Protocol: chat')
    note('upgrade', socket, field)
  })
  return seen
}

/** A house whose relay has been at the site, and so knows what it speaks. */
async function startEchoing(t: Test, takesWebSockets: boolean): Promise<{ site: Http2BusinessSite; house: House; seen: Seen[] }> {
  const site = await startHttp2BusinessSite(t, { takesWebSockets })
  const house = await startHouse(t, { origins: [site] })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  await ask(session, { ':path': '/page' })
  return { site, house, seen: echo(site) }
}

const connecting = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':scheme': 'https',
  ':path': '/ws',
  'sec-websocket-version': '13',
  'sec-websocket-protocol': 'chat',
}

for (const takesWebSockets of [true, false]) {
  const way = takesWebSockets ? 'stream' : 'upgrade'
  t.test(`WebSockets of both kinds of client reach a site of HTTP/2 signed in, by ${way}, and end with the session`, async (t) => {
    const { site, house, seen } = await startEchoing(t, takesWebSockets)
    const socket = await dialTunnel(house.access, house.tunnelTo(site))
    socket.write(`GET /ws HTTP/1.1\r\nHost: ${site.host}\r\n${asking}\r\n`)
    const received = collect(socket)
    await until(() => received().includes('\r\n\r\n'), 'the answer')
    t.match(received(), /^HTTP\/1\.1 101 /)
    t.match(received(), new RegExp(`\r\nSec-WebSocket-Accept: ${webSocketProof(key).replaceAll('+', '\\+')}\r\n`))
    t.match(received(), /\r\nsec-websocket-protocol: chat\r\n/i)
    socket.write('\x81\x05hello', 'latin1')
    await until(() => received().endsWith('\x81\x05hello'), 'the echo')

    const session = await openHttp2(t, house.access, house.tunnelTo(site))
    const stream = session.request({ ...connecting, ':authority': site.host }, { endStream: false })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    t.equal(headers[':status'], 200)
    stream.write('\x81\x05world', 'latin1')
    t.equal(((await once(stream, 'data')) as [Buffer])[0].toString('latin1'), '\x81\x05world')
    t.strictSame(
      seen.map((one) => [one.way, one.cookie, one.protocol, one.key === undefined]),
      [0, 1].map(() => [way, 'sid=1', 'chat', takesWebSockets]),
    )

    const ended = answerOf(stream)
    await house.sessions.end(house.account.id)
    t.match((await ended).body, /the session has ended$/)
    await until(() => seen.every((one) => one.socket.destroyed), 'both have ended at the site')
    t.match(received(), /the session has ended$/)
  })
}

t.test('a WebSocket whose client goes away ends at the site, and one that the site ends ends at the client', async (t) => {
  const { site, house, seen } = await startEchoing(t, true)
  const sockets = [await dialTunnel(house.access, house.tunnelTo(site)), await dialTunnel(house.access, house.tunnelTo(site))] as const
  for (const socket of sockets) socket.write(`GET /ws HTTP/1.1\r\nHost: ${site.host}\r\n${asking}\r\n`)
  await Promise.all(sockets.map((socket) => once(socket, 'data')))
  sockets[0].destroy()
  await until(() => seen.some((one) => one.socket.destroyed), 'one has ended at the site')
  const closed = once(sockets[1], 'close')
  for (const { socket } of seen) socket.destroy()
  await closed
  t.equal(seen.length, 2)
})

t.test('a WebSocket that a site of HTTP/2 refuses is answered as the site answered', async (t) => {
  const { site, house } = await startEchoing(t, true)
  site.onConnect((stream) => {
    stream.respond({ ':status': 403 })
    stream.end('not you')
  })
  const socket = await dialTunnel(house.access, house.tunnelTo(site))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${site.host}\r\n${asking}\r\n`)
  const { text } = await readAll(socket)
  t.match(text, /^HTTP\/1\.1 403 /)
  t.match(text, /not you/)
})

t.test('WebSockets for which a connection of HTTP/2 has no room left share further ones, and take none of HTTP/1.1', async (t) => {
  const site = await startHttp2BusinessSite(t, { takesWebSockets: true, mostStreams: 4 })
  const house = await startHouse(t, { origins: [site] })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  await ask(session, { ':path': '/page' })
  const seen = echo(site)
  const before = site.connections()
  const streams = Array.from({ length: 10 }, () => session.request({ ...connecting, ':authority': site.host }, { endStream: false }))
  const answers = await Promise.all(streams.map((stream) => once(stream, 'response')))
  t.strictSame(
    answers.map(([headers]) => (headers as Record<string, unknown>)[':status']),
    streams.map(() => 200),
  )
  t.strictSame(
    seen.map(({ way }) => way),
    streams.map(() => 'stream'),
  )
  t.equal(site.connections() - before, 2, 'ten of them on three connections of four each')
  for (const stream of streams) stream.on('error', () => {}).destroy()
})

t.test('a WebSocket goes over a connection of HTTP/2 that takes it, though a later one takes none', async (t) => {
  const site = await startHttp2BusinessSite(t, { takesWebSockets: true, mostStreams: 1 })
  const house = await startHouse(t, { origins: [site] })
  const session = await openHttp2(t, house.access, house.tunnelTo(site))
  await ask(session, { ':path': '/page' })
  const seen = echo(site)
  let release: (() => void) | undefined
  site.on('/held', (res) => {
    release = () => res.end('held')
  })
  const held = ask(session, { ':path': '/held' })
  await until(() => release !== undefined, 'the first connection has no room')
  site.takeWebSockets(false)
  await ask(session, { ':path': '/page' })
  release?.()
  t.equal((await held).body, 'held')
  const socket = await dialTunnel(house.access, house.tunnelTo(site))
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${site.host}\r\n${asking}\r\n`)
  await once(socket, 'data')
  t.equal(seen[0]?.way, 'stream')
  socket.destroy()
})
