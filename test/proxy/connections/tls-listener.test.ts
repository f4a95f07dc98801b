import 'reflect-metadata'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import t from 'tap'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { curl, temporaryFile } from '../curl.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const tlsListen = '127.0.0.1:0'

function portOf(house: House): number {
  return Number(house.proxy.tlsAddress?.split(':')[1])
}

t.test('curl reaches an enrolled site by the HTTPS proxy, HTTP/1.1 and HTTP/2 inside, with the CA alone', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { proxy: { tlsListen, tlsAddress: 'localhost:8473' } } })
  const ca = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
  const proxy = house.proxyUrl.replace(/^http:(.*)@.*$/, `https:$1@localhost:${portOf(house)}`)
  for (const version of ['--http1.1', '--http2']) {
    const ran = await curl(version, '--proxy', proxy, '--proxy-cacert', ca, '--cacert', ca, `${origin.origin}/a`)
    t.match(ran, { exit: 0, out: 'GET /a 0' }, ran.err)
  }
  t.equal(origin.requests[0]?.field('cookie'), 'sid=1')
  const stranger = await createTestAuthority()
  const other = temporaryFile(t, 'other.pem', stranger.cert)
  t.equal((await curl('--proxy', proxy, '--proxy-cacert', other, '--cacert', ca, `${origin.origin}/a`)).exit, 60, 'a client that does not trust it ends there')
  const nobody = await curl('--proxy', `https://localhost:${portOf(house)}`, '--proxy-cacert', ca, '--cacert', ca, `${origin.origin}/a`)
  t.match(nobody.err, /407/, 'and over TLS too a client without a token gets nothing')
})

t.test('a certificate of its own is shown where one is given, and the CA then vouches for no further host', async (t) => {
  const authority = await createTestAuthority()
  const leaf = await authority.issue('relay.test')
  const [certificate, key] = [temporaryFile(t, 'proxy.pem', leaf.cert), temporaryFile(t, 'key.pem', leaf.key)]
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { proxy: { tlsListen, tlsAddress: 'relay.test:8473', certificate, key } } })
  const socket = connectTls({ host: '127.0.0.1', port: portOf(house), servername: 'relay.test', ca: authority.cert })
  await once(socket, 'secureConnect')
  socket.destroy()
  t.strictSame(house.certificateAuthority.names, ['site.test'])
})

t.test('without a certificate of its own the CA vouches for its host, and by address', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { proxy: { tlsListen } } })
  t.strictSame(house.certificateAuthority.names, ['127.0.0.1', 'site.test'])
  const socket = connectTls({ host: '127.0.0.1', port: portOf(house), ca: house.certificateAuthority.pem() })
  await once(socket, 'secureConnect')
  const pac = await (await fetch(`${house.portalUrl}/proxy.pac`)).text()
  t.match(pac, `HTTPS ${house.proxy.tlsAddress}`)
  await house.stop()
  if (!socket.destroyed) await once(socket, 'close')
})

t.test('revoking the device and stopping the relay end its connections too, and what is no TLS gets nothing', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { proxy: { tlsListen } } })
  const plain = connectTcp(portOf(house), '127.0.0.1')
  plain.on('error', () => {}).write('GET / HTTP/1.1\r\n\r\n')
  let answered = ''
  plain.on('data', (chunk) => {
    answered += chunk.toString('latin1')
  })
  await once(plain, 'close')
  t.notMatch(answered, /HTTP/)
  const open = async (): Promise<TLSSocket> => {
    const socket = connectTls({ host: '127.0.0.1', port: portOf(house), ca: house.certificateAuthority.pem() })
    socket.on('error', () => {})
    await once(socket, 'secureConnect')
    socket.write(`CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\nProxy-Authorization: ${house.access.authorization}\r\n\r\n`)
    t.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200 /)
    return socket
  }
  const revoked = await open()
  await house.identity.revokeDevice(house.device.id)
  if (!revoked.destroyed) await once(revoked, 'close')
  const half = connectTcp(portOf(house), '127.0.0.1')
  await once(half, 'connect')
  await house.stop()
  if (!half.destroyed)
    await once(
      half.resume().on('error', () => {}),
      'close',
    )
})
