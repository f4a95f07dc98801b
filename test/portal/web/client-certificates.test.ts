import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'
import t, { type Test } from 'tap'
import { certificateFile, opensslRequest } from '../../client-certificate.ts'
import { createTestAuthority, selfSigned } from '../../outbound/certificates.ts'
import { curl, temporaryFile } from '../../proxy/curl.ts'
import { until } from '../../until.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'

const day = 86_400_000

interface Place {
  readonly portal: StartedPortal
  /** The portal's own certificate, in a file. */
  readonly ca: string
  /** What a request over TLS is answered, as openssl's own client gets it. */
  ask(certificate: string | undefined, head?: readonly string[], body?: string): Promise<string>
}

async function startPlace(t: Test, now?: () => number): Promise<Place> {
  const { cert, key } = await selfSigned('localhost')
  const [certificate, keyFile] = [temporaryFile(t, 'cert.pem', cert), temporaryFile(t, 'key.pem', key)]
  const config = { portal: { listen: '127.0.0.1:0', certificate, key: keyFile } }
  const portal = await startPortal(t, { config, ...(now === undefined ? {} : { now }) })
  const ask: Place['ask'] = async (client, [target = 'GET /api/v1/devices', ...fields] = [], body = '') => {
    const shown = client === undefined ? [] : ['-cert', client, '-key', client]
    const words = ['s_client', '-quiet', '-connect', portal.portal.address, '-CAfile', certificate, '-verify_return_error', ...shown]
    const child = spawn('openssl', words, { stdio: ['pipe', 'pipe', 'ignore'], timeout: 60_000 })
    const length = body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]
    child.stdin.write([`${target} HTTP/1.1`, `Host: ${portal.portal.address}`, 'Connection: close', ...fields, ...length, '', body].join('\r\n'))
    let answer = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (answer += text))
    await once(child, 'close')
    return answer
  }
  return { portal, ca: certificate, ask }
}

t.test('on the portal’s own TLS listener a certificate makes a device of its client, and who shows none is asked as before', async (t) => {
  const { portal, ask, ca } = await startPlace(t)
  const file = await certificateFile(t, portal, portal.ann.device.id)
  t.match(await ask(file), /^HTTP\/1\.1 200 [\s\S]*"name":"ann-laptop"/)
  t.match(await ask(undefined), /^HTTP\/1\.1 401 /)
  t.match(await ask(undefined, ['GET /sign-in']), /^HTTP\/1\.1 200 /)
  t.match(await ask(file, ['GET /api/v1/devices', `Authorization: Bearer ${portal.ann.device.token}`]), /^HTTP\/1\.1 200 /)
  t.match(await ask(file, ['GET /api/v1/devices', `Authorization: Bearer ${portal.bob.device.token}`]), /^HTTP\/1\.1 401 /, 'of two devices, nobody is known')
  t.match(await ask(file, ['GET /api/v1/devices', 'Cookie: __Host-login-relay=stale']), /^HTTP\/1\.1 401 /, 'no credential is passed over for another')
  t.match(await ask(file, ['GET /']), /^HTTP\/1\.1 303 /, 'the pages are for people')
  t.match(await curl('--cacert', ca, '--cert', file, '--connect-to', `localhost::${portal.portal.address}`, 'https://localhost/api/v1/devices'), {
    out: /ann-laptop/,
  })
})

t.test('a device does by its certificate what its token lets it do, and no page of another site has it done', async (t) => {
  const { portal, ask } = await startPlace(t)
  const { device } = portal.ann
  const file = await certificateFile(t, portal, device.id)
  const { request } = await opensslRequest(t)
  const renew = [`POST /api/v1/devices/${device.id}/certificate`]
  const body = JSON.stringify({ request })
  for (const field of ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site']) t.match(await ask(file, [...renew, field], body), /^HTTP\/1\.1 403 /)
  t.match(await ask(file, renew, body), /^HTTP\/1\.1 201 [\s\S]*BEGIN CERTIFICATE/)
  t.match(await ask(file, [`DELETE /api/v1/devices/${device.id}`]), /^HTTP\/1\.1 403 [\s\S]*device enrols, changes and revokes no devices/)
  t.match(await ask(file, [`POST /api/v1/devices/${portal.bob.device.id}/certificate`], body), /^HTTP\/1\.1 404 /)
  t.match(await ask(file, ['POST /api/v1/devices'], JSON.stringify({ name: 'more' })), /^HTTP\/1\.1 403 /)
})

t.test('a certificate that is expired, replaced, revoked or foreign is refused in words whatever is asked, and its owner is told', async (t) => {
  const clock = { now: Date.now() - 100 * day }
  const { portal, ask } = await startPlace(t, () => clock.now)
  const { device, user } = portal.ann
  const expired = await certificateFile(t, portal, device.id)
  clock.now = Date.now()
  const replaced = await certificateFile(t, portal, device.id)
  t.match(await ask(await certificateFile(t, portal, device.id)), /^HTTP\/1\.1 200 /)
  const revoked = await certificateFile(t, portal, portal.bob.device.id)
  await portal.identity.revokeDevice(portal.bob.device.id)
  const stranger = await (await createTestAuthority()).issue('ann-laptop')
  const foreign = temporaryFile(t, 'stranger.pem', stranger.key + stranger.cert)
  const token = `Authorization: Bearer ${portal.ann.device.token}`
  for (const [file, reason] of [
    [expired, 'it has expired'],
    [replaced, 'it was replaced by a newer one'],
    [revoked, 'its device was revoked'],
    [foreign, 'this relay has not issued it'],
  ] as const) {
    for (const head of [[], ['GET /api/v1/ca.pem'], ['GET /api/v1/devices', token]]) {
      t.match(await ask(file, head), new RegExp(`^HTTP/1\\.1 403 [\\s\\S]*application/problem\\+json[\\s\\S]*device_certificate_refused[\\s\\S]*${reason}`))
    }
    t.match(await ask(file, ['GET /sign-in', 'Accept: text/html']), new RegExp(`^HTTP/1\\.1 403 [\\s\\S]*text/html[\\s\\S]*${reason}`))
  }
  const told = (id: string) => portal.notices.list(id).filter(({ kind }) => kind === 'device-refused')
  await until(() => told(user.id).length > 0 && told(portal.bob.user.id).length > 0, 'both owners are told')
  t.match(told(user.id)[0], { deviceName: 'ann-laptop', from: { address: '127.0.0.1' } })
})

t.test('a connection that stands is refused from the moment its device is revoked, and cannot be resumed', async (t) => {
  const { portal, ca } = await startPlace(t)
  const pem = await readFile(await certificateFile(t, portal, portal.ann.device.id), 'utf8')
  const [host = '', port] = portal.portal.address.split(':')
  const dial = async (session?: Buffer) => {
    const options = { host, port: Number(port), ca: await readFile(ca), servername: 'localhost', cert: pem, key: pem }
    const socket = connect({ ...options, ...(session === undefined ? {} : { session }) })
    await once(socket, 'secureConnect')
    return socket.on('error', () => {})
  }
  const ask = async (socket: Awaited<ReturnType<typeof dial>>): Promise<string> => {
    socket.write('HEAD /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return String((await once(socket, 'data'))[0]).slice(9, 12)
  }
  const socket = await dial()
  const ticket = once(socket, 'session') as Promise<[Buffer]>
  t.equal(await ask(socket), '200')
  const [session] = await ticket
  await portal.identity.revokeDevice(portal.ann.device.id)
  t.equal(await ask(socket), '403')
  t.equal(await ask(await dial(session)), '403')
})
