import 'reflect-metadata'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import { since } from '../../audit/since.ts'
import { certificateFile, opensslRequest } from '../../client-certificate.ts'
import { commandLine } from '../../commands/command-line.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { curl, type Ran, temporaryFile } from '../curl.ts'
import { readAll } from '../raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

const day = 86_400_000

interface Place {
  readonly house: House
  readonly origin: RecordingOrigin
  /** The relay's CA, in a file. */
  readonly ca: string
  /** `https://HOST:PORT` of the TLS listener. */
  readonly proxy: string
  /** Asks the site by the proxy, with the certificate in this file. */
  ask(certificate: string, ...options: string[]): Promise<Ran>
}

async function startPlace(t: Test, now?: () => number): Promise<Place> {
  const origin = await startRecordingOrigin(t)
  const config = { proxy: { tlsListen: '127.0.0.1:0' } }
  const house = await startHouse(t, { origins: [origin], config, ...(now === undefined ? {} : { now }) })
  const ca = temporaryFile(t, 'ca.pem', house.certificateAuthority.pem())
  const proxy = `https://${house.proxy.tlsAddress}`
  const ask = (certificate: string, ...options: string[]) =>
    curl('--include', '--proxy', proxy, '--proxy-cacert', ca, '--cacert', ca, '--proxy-cert', certificate, ...options, `${origin.origin}/page`)
  return { house, origin, ca, proxy, ask }
}

/** A certificate of the house's device with its key, in a file. */
function enrolled(t: Test, { house }: Place): Promise<string> {
  return certificateFile(t, house, house.device.id)
}

t.test('device enroll on the terminal makes a key there and gets a certificate, by which curl uses the proxy without a token', async (t) => {
  const place = await startPlace(t)
  const { house, origin, ask } = place
  const folder = await tempFolder(t)
  const [, token] = /^http:\/\/[^:]+:([^@]+)@/.exec(house.proxyUrl) ?? []
  const terminal = { LOGIN_RELAY_URL: house.portalUrl, LOGIN_RELAY_DEVICE: `${house.device.name}:${token}` }
  const { status, stdout, stderr } = await commandLine(t, folder).run(['device', 'enroll', '--output', 'laptop.pem'], '', terminal)
  t.equal(status, 0, stderr)
  t.match(stdout, /^Wrote .*laptop\.pem: the key and certificate [0-9A-F]{32} of terminal-\w+, good until \d{4}-/)
  t.match(stderr, `curl --proxy https://${house.proxy.tlsAddress} --proxy-cert`)
  const file = join(folder, 'laptop.pem')
  t.equal((await stat(file)).mode & 0o777, 0o600)
  const pem = await readFile(file, 'utf8')
  t.notOk((await readFile(join(house.folder, 'store.json'), 'utf8')).includes(pem.split('\n')[1] as string), 'the key has not come to the relay')

  for (const version of ['--http1.1', '--http2']) t.match(await ask(file, version), { exit: 0, out: /GET \/page 0/ })
  t.equal(origin.requests[0]?.field('cookie'), 'sid=1')
  t.match(house.proxy.figures().devices, [{ name: house.device.name }])
  const [shown] = await house.identity.listDevices()
  t.ok((house.deviceCertificates.expiryOf(shown?.id as string) as number) > Date.now() + 89 * day)

  const again = await commandLine(t, folder).run(['device', 'enroll', '--output', 'laptop.pem'], '', terminal)
  t.equal(again.status, 0)
  t.not(await readFile(file, 'utf8'), pem, 'renewed, in the same file')
  t.match(await ask(file), { exit: 0 })
  const other = await commandLine(t, folder).run(['device', 'enroll', 'other'], '', terminal)
  t.match(other, { status: 2, stderr: /for itself alone/ })
})

t.test('a certificate that is foreign, expired, replaced or revoked is refused in words, and with a token beside it', async (t) => {
  const clock = { now: Date.now() - 100 * day }
  const place = await startPlace(t, () => clock.now)
  const { house, ask } = place
  const expired = await enrolled(t, place)
  clock.now = Date.now()
  const [first, second, third] = [await enrolled(t, place), await enrolled(t, place), await enrolled(t, place)]
  const authority = await createTestAuthority()
  const foreign = await authority.issue(house.device.name)
  const stranger = temporaryFile(t, 'stranger.pem', foreign.key + foreign.cert)

  for (const [file, reason] of [
    [expired, 'it has expired'],
    [stranger, 'this relay has not issued it'],
    [first, 'replaced by a newer one'],
  ] as const) {
    const { err, out } = await ask(file, '--write-out', '%{http_connect}')
    t.match(out, '403', `${reason}: ${err}`)
  }
  const [, user] = /^http:\/\/([^@]+)@/.exec(house.proxyUrl) ?? []
  t.match(await ask(stranger, '--proxy-user', user as string, '--write-out', '%{http_connect}'), { out: '403' }, 'a token beside it does not help')
  const told = await curl('--proxy', place.proxy, '--proxy-cacert', place.ca, '--proxy-cert', stranger, 'http://relay.pac/')
  t.match(JSON.parse(told.out), { code: 'device_certificate_refused', title: /this relay has not issued it/ })
  for (const good of [second, third, third]) t.match(await ask(good), { exit: 0 }, 'the newest, and the one before while that is unused')
  t.match(await ask(second, '--write-out', '%{http_connect}'), { out: '403' }, 'the device holds the newer one: it has used it')
  const refusals = (await since(house, 0)).filter(({ act }) => act === 'device.refuse')
  t.match(
    refusals.map(({ owner, device, reason, details }) => [owner, device, reason, details?.name]),
    [
      [house.userId, house.device.id, /expired/, house.device.name],
      [undefined, undefined, /not issued it/, undefined],
      [house.userId, house.device.id, /replaced/, house.device.name],
      [house.userId, house.device.id, /replaced/, house.device.name],
    ],
    'once each; whose a made-up certificate says it is counts for nothing',
  )
  await until(() => house.notices.list(house.userId).filter(({ kind }) => kind === 'device-refused').length > 0, 'its owner is told')
})

t.test('a certificate shown to the proxy gives no rights at the portal, in a tunnel to it or by an address', async (t) => {
  const place = await startPlace(t)
  const { house, ca, proxy } = place
  const shown = ['--proxy', proxy, '--proxy-cacert', ca, '--proxy-cert', await enrolled(t, place)]
  for (const way of [['--proxytunnel'], []]) {
    for (const path of ['devices', 'copies'])
      t.match(await curl('--include', ...shown, ...way, `${house.portalUrl}/api/v1/${path}`), { exit: 0, out: /HTTP\/1\.1 401 / }, `${path} ${way}`)
  }
})

t.test('a token beside a certificate is of the same device, or nobody is known', async (t) => {
  const place = await startPlace(t)
  const { house, ask } = place
  const file = await enrolled(t, place)
  const { authorization } = await house.addDevice()
  t.match(await ask(file, '--proxy-header', `Proxy-Authorization: ${authorization}`, '--write-out', '%{http_connect}'), { out: '407' })
  t.match(await ask(file, '--proxy-header', `Proxy-Authorization: ${house.access.authorization}`), { exit: 0 })
})

t.test('revoking the device ends its live connections at once and its certificate for good, a restart included', async (t) => {
  const place = await startPlace(t)
  const { house, origin, ca } = place
  const file = await enrolled(t, place)
  const pem = await readFile(file, 'utf8')
  const [host, port] = (house.proxy.tlsAddress as string).split(':')
  const dial = async (session?: Buffer): Promise<TLSSocket> => {
    const socket = connectTls({
      host: host as string,
      port: Number(port),
      ca: await readFile(ca),
      cert: pem,
      key: pem,
      ...(session === undefined ? {} : { session }),
    })
    await once(socket, 'secureConnect')
    return socket.on('error', () => {})
  }
  const tunnel = `CONNECT ${origin.host} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`
  const before = await dial()
  const ticket = once(before, 'session') as Promise<[Buffer]>
  before.write(tunnel)
  t.match(String((await once(before, 'data'))[0]), /^HTTP\/1\.1 200 /)
  const [session] = await ticket
  const idle = await dial()
  const resumed = await dial(session)
  t.ok(resumed.isSessionReused())
  resumed.write(tunnel)
  t.match(String((await once(resumed, 'data'))[0]), /^HTTP\/1\.1 200 /, 'a resumed connection is known by its certificate, too')

  const cut = Promise.all([once(before, 'close'), once(resumed, 'close')])
  await house.identity.revokeDevice(house.device.id)
  await cut
  for (const socket of [idle, await dial(session), await dial()]) {
    socket.write(tunnel)
    t.match((await readAll(socket, { until: (text) => text.includes('\r\n\r\n') })).text, /^HTTP\/1\.1 403 /)
  }
  t.equal(house.deviceCertificates.expiryOf(house.device.id), undefined)
})

t.test('a certificate that ends or is replaced is refused on a connection that stands', async (t) => {
  const clock = { now: Date.now() }
  const place = await startPlace(t, () => clock.now)
  const { house, ca } = place
  const [host, port] = (house.proxy.tlsAddress as string).split(':')
  const dial = async (): Promise<() => Promise<string>> => {
    const pem = await readFile(await enrolled(t, place), 'utf8')
    const socket = connectTls({ host: host as string, port: Number(port), ca: await readFile(ca), cert: pem, key: pem })
    await once(socket, 'secureConnect')
    return async () => {
      socket.on('error', () => {}).write('HEAD http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n\r\n')
      return String((await once(socket, 'data'))[0]).slice(9, 12)
    }
  }
  const asks = [await dial(), await dial()]
  t.equal(await asks[0]?.(), '200')
  t.equal(await asks[1]?.(), '200')
  t.equal(await asks[0]?.(), '403', 'the newer one has been used')
  await enrolled(t, place)
  t.equal(await asks[1]?.(), '200', 'the newest has not')
  clock.now += 91 * day
  t.equal(await asks[1]?.(), '403')
})

t.test('a request for a certificate is signed by its own key on P-256, for a device that one may speak for', async (t) => {
  const { house } = await startPlace(t)
  const { request } = await opensslRequest(t)
  const asked = async (id: string, text: string, authorization: string): Promise<[number, string]> => {
    const answer = await fetch(`${house.portalUrl}/api/v1/devices/${id}/certificate`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ request: text }),
    })
    return [answer.status, await answer.text()]
  }
  const own = house.access.authorization
  t.match(await asked(house.device.id, request, own), [201, /BEGIN CERTIFICATE/])
  t.match(await asked(house.device.id, request, (await house.addDevice()).authorization), [403, /enrols, changes and revokes no devices/])
  t.match(await asked('no-such-device', request, own), [404, /such device/])

  const der = Buffer.from(request.replace(/-----.*-----/g, ''), 'base64')
  der.write('somebody', der.indexOf('anything'))
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
  t.match(await asked(house.device.id, forged, own), [400, /not signed by its own key/])
  const others = [await opensslRequest(t, '-newkey', 'rsa:2048'), await opensslRequest(t, '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384')]
  for (const text of ['nothing', house.certificateAuthority.pem(), request.slice(0, 200), ...others.map((other) => other.request)]) {
    t.match(await asked(house.device.id, text, own), [400, /certificate request/])
  }
})
