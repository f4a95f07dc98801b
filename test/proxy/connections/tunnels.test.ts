import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { answersIn, collect, dialProxy, dialTunnel, type ProxyAccess, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'
import { withOtherHosts } from './other-hosts.ts'

/** Asks for a tunnel and gives the connection with what was answered. */
async function askTunnel(access: ProxyAccess, authority: string): Promise<{ text: string; socket: Awaited<ReturnType<typeof dialProxy>> }> {
  const socket = await dialProxy(access)
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: ${access.authorization}\r\n\r\n`)
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return { text: chunk.toString('latin1'), socket }
}

t.test('a host that is not enrolled is passed unread: the bytes are the ones that were sent', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const echo = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  t.teardown(() => void echo.close())
  const access = await withOtherHosts(t, house, (echo.address() as { port: number }).port)
  const { text, socket } = await askTunnel(access, 'other.test:443')
  t.match(text, /^HTTP\/1\.1 200 /)
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256))
  const received = collect(socket)
  socket.end(bytes)
  await once(socket, 'end')
  t.equal(received(), bytes.toString('latin1'))
})

t.test('a plain request to a host that is not enrolled passes without the relay adding to it', async (t) => {
  const origin = await startRecordingOrigin(t)
  const other = await startRecordingOrigin(t, { scheme: 'http', host: 'other.test' })
  other.on('/a', (socket) => void socket.end('HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nhi'))
  const house = await startHouse(t, { origins: [origin] })
  const access = await withOtherHosts(t, house, other.port)
  const socket = await dialProxy(access)
  socket.write(
    `POST ${other.origin}/a HTTP/1.1\r\nHost: ${other.host}\r\nProxy-Authorization: ${access.authorization}\r\nCookie: c=d; sid=lrp_0123456789abcdefgh\r\nContent-Length: 2\r\nConnection: close\r\n\r\nho`,
  )
  const [answer] = answersIn((await readAll(socket)).text)
  t.equal(answer?.body, 'hi')
  t.match(answer?.head, /\r\nSet-Cookie: a=b/)
  const [request] = other.requests
  t.equal(request?.field('cookie'), 'c=d', 'a phantom of a session is not passed on')
  t.equal(request?.field('proxy-authorization'), undefined)
  t.equal(request?.field('host'), other.host)
})

t.test('a client that stops within a request to such a host is cut off, and the host hears no more of it', async (t) => {
  const origin = await startRecordingOrigin(t)
  const other = await startRecordingOrigin(t, { scheme: 'http', host: 'other.test' })
  const closed = new Promise<void>((resolve) => other.on('/slow', (socket) => void socket.on('close', () => resolve())))
  const house = await startHouse(t, { origins: [origin] })
  const access = await withOtherHosts(t, house, other.port, { stallSeconds: 1 })
  const mute = await dialProxy(access)
  mute.write(`POST ${other.origin}/slow HTTP/1.1\r\nHost: ${other.host}\r\nProxy-Authorization: ${access.authorization}\r\nContent-Length: 10\r\n\r\n12345`)
  const { text, ended } = await readAll(mute, { ms: 20_000 })
  t.match(text, /^HTTP\/1\.1 408 .*\r\nConnection: close\r\n/s)
  t.ok(ended)
  await closed
})

t.test('where the configuration says so, hosts that are not enrolled are refused', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { proxy: { otherHosts: 'refuse' } } })
  const { text } = await askTunnel(house.access, 'other.test:443')
  t.match(text, /^HTTP\/1\.1 403 [\s\S]*\r\nLogin-Relay-Error: proxy_host_refused\r\n/)
  const socket = await dialProxy(house.access)
  socket.write(`GET http://other.test/ HTTP/1.1\r\nHost: other.test\r\nProxy-Authorization: ${house.access.authorization}\r\n\r\n`)
  t.match((await readAll(socket)).text, /^HTTP\/1\.1 403 [\s\S]*\r\nLogin-Relay-Error: proxy_host_refused\r\n/)
})

t.test('no tunnel leads to an inside address or to the relay itself', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], hosts: { 'inside.test': '10.0.0.1', 'self.test': '127.0.0.1' } })
  for (const authority of ['127.0.0.1:22', 'inside.test:443', 'self.test:443', '169.254.169.254:80', '[::1]:443', '2130706433:80', house.proxy.address]) {
    const { text } = await askTunnel(house.access, authority)
    t.match(text, /^HTTP\/1\.1 403 [\s\S]*\r\nLogin-Relay-Error: destination_refused\r\n/, authority)
  }
})

t.test('an enrolled http origin is served inside a tunnel too, and another port of its host is not', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  const { text, socket } = await askTunnel(house.access, origin.host)
  t.match(text, /^HTTP\/1\.1 200 /)
  socket.write(`GET /a HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
  t.equal(answersIn((await readAll(socket)).text)[0]?.body, 'GET /a 0')
  t.equal(origin.requests[0]?.field('cookie'), 'sid=1')
  const other = await askTunnel(house.access, `site.test:${origin.port === 65_535 ? 1 : origin.port + 1}`)
  t.match(other.text, /^HTTP\/1\.1 403 /)
})

t.test('bytes a client sends right behind CONNECT are not lost', async (t) => {
  const origin = await startRecordingOrigin(t, { scheme: 'http' })
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialProxy(house.access)
  socket.write(
    `CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\nProxy-Authorization: ${house.access.authorization}\r\n\r\nGET /early HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`,
  )
  t.match((await readAll(socket)).text, /^HTTP\/1\.1 200 Connection Established\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*GET \/early 0$/)
})

t.test('TLS with a leaf for exactly the host, http/1.1 by ALPN, and nothing in clear where TLS is due', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const socket = (await dialTunnel(house.access, house.tunnelTo(origin))) as import('node:tls').TLSSocket
  t.equal(socket.alpnProtocol, 'http/1.1')
  t.equal(socket.getPeerCertificate().subjectaltname, 'DNS:site.test')
  socket.destroy()
  const plain = await askTunnel(house.access, origin.host)
  plain.socket.write(`GET /a HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  const { text, ended } = await readAll(plain.socket)
  t.ok(ended)
  t.notMatch(text, /HTTP/)
  t.same(origin.requests, [])
})

t.test('a site that is no longer enrolled is no longer served inside a tunnel that stands', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  await house.accounts.removeSite('erp')
  socket.write(`GET /a HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  const { text, ended } = await readAll(socket)
  t.match(text, /^HTTP\/1\.1 403 [\s\S]*\r\nLogin-Relay-Error: proxy_host_refused\r\n/)
  t.ok(ended)
  t.same(origin.requests, [])
})
