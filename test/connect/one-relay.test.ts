import { stat } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import t, { type Test } from 'tap'
import { createConnect, Enrolments } from '../../relay/connect/index.ts'
import { createTestAuthority } from '../outbound/certificates.ts'
import { curl, temporaryFile } from '../proxy/curl.ts'
import { readAll } from '../proxy/raw-client.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { tempFolder } from '../temp-folder.ts'
import { until } from '../until.ts'
import { enrolmentAt, overTls, startConnect } from './start-connect.ts'

async function startPlace(t: Test, scheme: 'http' | 'https' = 'https') {
  const site = await startRecordingOrigin(t, { scheme })
  const house = await startHouse(t, { origins: [site], config: overTls })
  const ca = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
  return { house, site, ca }
}

const { house, site, ca } = await startPlace(t)

t.test('a tool without any password is signed in by the local proxy, through tunnels and without', async (t) => {
  const connect = await startConnect(t, [await enrolmentAt(house)])
  const ask = (url: string, ...options: string[]) => curl('--proxy', connect.proxyUrl, '--cacert', ca, ...options, url)
  for (const version of ['--http1.1', '--http2']) t.match(await ask(`${site.origin}/page`, version), { exit: 0, out: /GET \/page/ })
  t.equal(site.requests[0]?.field('cookie'), 'sid=1')
  t.match(house.proxy.figures().devices, [{ name: house.device.name }])
  t.match(await curl('--proxy', connect.proxyUrl, 'http://relay.pac/'), { out: /This browser goes through the relay/ }, 'the set-up page comes from the relay')
  t.equal((await stat(join(connect.enrolments.folder, 'relays.json'))).mode & 0o777, 0o600)
  t.match(connect.state(), { current: house.proxy.tlsAddress, relays: [{ state: 'up', device: house.device.name }] })
})

t.test('requests of plain HTTP go one after the other on a connection', async (t) => {
  const { house, site } = await startPlace(t, 'http')
  const connect = await startConnect(t, [await enrolmentAt(house)])
  const { out } = await curl('--proxy', connect.proxyUrl, '--write-out', '%{num_connects}', `${site.origin}/one`, `${site.origin}/two`)
  t.match(out, /^GET \/one.*1GET \/two.*0$/s)
})

t.test('the PAC file at the local address sends the enrolled hosts here and nothing else', async (t) => {
  const connect = await startConnect(t, [await enrolmentAt(house)])
  const ask = async (host: string) => runInNewContext(`${(await curl(`${connect.proxyUrl}/proxy.pac`)).out}; FindProxyForURL('https://x/', host)`, { host })
  await until(async () => (await ask('site.test')) === `PROXY ${connect.address}`, 'the hosts are known')
  t.equal(await ask('relay.pac'), `PROXY ${connect.address}`)
  t.equal(await ask('elsewhere.test'), 'DIRECT')
})

t.test('no page gets an answer from the program itself, and nobody the state who cannot read its folder', async (t) => {
  const connect = await startConnect(t, [await enrolmentAt(house)])
  const status = (...options: string[]) => curl('--output', '/dev/null', '--write-out', '%{http_code}', ...options, `${connect.proxyUrl}/proxy.pac`)
  t.match(await status(), { out: '200' })
  t.match(await status('--header', 'Host: evil.test'), { out: '403' }, 'a name that was turned to this machine')
  t.match(await status('--header', 'Origin: https://evil.test'), { out: '403' })
  t.match(await status('--header', 'Sec-Fetch-Site: cross-site'), { out: '403' })
  t.match(await status('--request', 'POST'), { out: '405' })
  for (const token of ['', 'Bearer guessed'])
    t.match(await curl('--include', '--header', `Authorization: ${token}`, `${connect.proxyUrl}/status`), { out: /^HTTP\/1\.1 401 / })

  const [host = '', port] = connect.address.split(':')
  const before = house.proxy.figures().devices
  for (const bytes of [
    `POST / HTTP/1.1\r\nHost: ${connect.address}\r\nContent-Length: 60\r\n\r\nGET http://site.test/ HTTP/1.1\r\nHost: site.test\r\n\r\n`,
    '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03',
    `GET /${'x'.repeat(70_000)}`,
    'GET / HTTP/1.1\r\n: nothing\r\n\r\n',
  ]) {
    const socket = connectTcp(Number(port), host)
    socket.end(bytes)
    t.notMatch((await readAll(socket)).text, / 200 /)
  }
  t.same(house.proxy.figures().devices, before, 'what stands in the body of a request is no request')
})

t.test('the local proxy listens on loopback alone', async (t) => {
  const { enrolments } = await startConnect(t, [await enrolmentAt(house)])
  for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
    const connect = await createConnect({ enrolments, relays: [], listen, say: () => {} })
    await t.rejects(connect.start(), { code: 'usage' }, listen)
  }
})

t.test('a client that is enrolled nowhere, or not there, is told how to enrol', async (t) => {
  const { enrolments } = await startConnect(t, [await enrolmentAt(house)])
  const start = (at: Enrolments, ...relays: string[]) => createConnect({ enrolments: at, relays, listen: '127.0.0.1:0', say: () => {} })
  const told = { code: 'not_enrolled', next: /login-relay device enroll --connect/ }
  await t.rejects(start(enrolments, 'relay.example:8473'), { ...told, message: /relay\.example:8473/ })
  await t.rejects(start(new Enrolments(await tempFolder(t))), told)
})

t.test('each side ends the talk with who is not the other, and says why', async (t) => {
  const enrolment = await enrolmentAt(house)
  const another = await createTestAuthority()
  const misled = await startConnect(t, [{ ...enrolment, authority: another.cert }])
  t.match(misled.said.join('\n'), /is not the relay this device is enrolled at: its certificate does not hold \(\w+\)\. Nothing was sent/)
  t.match(await curl('--include', '--proxy', misled.proxyUrl, 'http://relay.pac/'), { out: /^HTTP\/1\.1 502 [\s\S]*relay_untrusted/ })
  t.equal(misled.state().relays[0]?.state, 'untrusted')

  const known = await startConnect(t, [enrolment])
  t.match(await curl('--proxy', known.proxyUrl, '--cacert', ca, `${site.origin}/page`), { exit: 0 })
  await house.identity.revokeDevice(house.device.id)
  await until(() => known.state().relays[0]?.state === 'refused', 'the relay has said no')
  t.match(known.state().relays[0]?.problem, /its device was revoked/)
  t.match(await curl('--include', '--proxy', known.proxyUrl, 'http://relay.pac/'), { out: /^HTTP\/1\.1 503 [\s\S]*its device was revoked/ })
})
