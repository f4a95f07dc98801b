import { once } from 'node:events'
import { connect } from 'node:tls'
import t from 'tap'
import { startGateway } from '../gateway/start-gateway.ts'
import { dialProxy, dialTunnel, readAll } from '../proxy/raw-client.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { until } from '../until.ts'

const webSocket = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

t.test('a WebSocket or a tunnel asked for behind a request without its answer ends the connection, not the relay', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const { authorization } = house.access
  const heads = {
    'nobody known': ['GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n\r\n', ''],
    'a device': [
      `GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\nProxy-Authorization: ${authorization}\r\n\r\n`,
      `Proxy-Authorization: ${authorization}\r\n`,
    ],
  }
  for (const [who, [first, credentials]] of Object.entries(heads)) {
    for (const second of [
      `GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n${credentials}${webSocket}\r\n`,
      `CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\n${credentials}\r\n`,
    ]) {
      const socket = await dialProxy(house.access)
      socket.write(`${first}${second}`)
      const { ended, text } = await readAll(socket, { ms: 10_000 })
      t.ok(ended, who)
      t.notMatch(text, /101 Switching|200 Connection/, who)
    }
  }
  // Inside a tunnel, where the site has not answered either.
  const reached = new Promise<void>((resolve) => origin.on('/silent', () => resolve()))
  const secure = await dialTunnel(house.access, house.tunnelTo(origin))
  secure.write(`GET /silent HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`)
  await reached
  secure.write(`GET /socket HTTP/1.1\r\nHost: ${origin.host}\r\n${webSocket}\r\n`)
  t.ok((await readAll(secure, { ms: 10_000 })).ended)
  await until(() => house.traffic.live.underWayOf(house.device.id) === 0, 'nothing under way')
  t.notOk(
    origin.requests.some(({ target }) => target === '/socket'),
    'nothing of it goes to the site',
  )
  const again = await dialTunnel(house.access, house.tunnelTo(origin))
  again.write(`GET /a HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
  t.match((await readAll(again)).text, /^HTTP\/1\.1 200 /)
})

t.test('nor does it end the relay at the gateway', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startGateway(t, { origins: [origin] })
  const { host, port, hostname } = new URL(house.at())
  const socket = connect({ host: '127.0.0.1', port: Number(port), ca: house.certificateAuthority.pem(), servername: hostname }).on('error', () => {})
  await once(socket, 'secureConnect')
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /socket HTTP/1.1\r\nHost: ${host}\r\n${webSocket}\r\n`)
  const { ended, text } = await readAll(socket, { ms: 10_000 })
  t.ok(ended)
  t.notMatch(text, /101 Switching/)
  const ann = await house.terminal()
  t.match(await ann.visit(house.at()), { status: 200 })
})
