import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { isRelayError } from '../../../relay/errors.ts'
import { selfSigned } from '../../outbound/certificates.ts'
import { startRelay } from '../../start-relay.ts'

async function certificateFiles(t: Test) {
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-tls-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const { cert, key } = await selfSigned('localhost')
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') }
  await writeFile(files.certificate, cert)
  await writeFile(files.key, key)
  return { cert, files }
}

t.test('with a certificate and key the portal speaks HTTPS, and its cookies are Secure', async (t) => {
  const { cert, files } = await certificateFiles(t)
  const relay = await startRelay(t, { config: { portal: { listen: '127.0.0.1:0', ...files } } })
  t.match(relay.portalUrl, /^https:\/\/127\.0\.0\.1:\d+$/)
  const answer = await new Promise<{ status: number | undefined; headers: Record<string, unknown> }>((resolve, reject) => {
    const asked = request(`https://${relay.portal.address}/sign-in`, { ca: cert, servername: 'localhost', agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }))
    })
    asked.on('error', reject)
    asked.end()
  })
  t.equal(answer.status, 200)
  t.match(String(answer.headers['set-cookie']), /^__Host-login-relay-form=.*; Secure;/)
})

t.test('a certificate that cannot be read is said at the start', async (t) => {
  const config = { portal: { certificate: '/nowhere/cert.pem', key: '/nowhere/key.pem' } }
  const failure = await startRelay(t, { config }).then(
    () => undefined,
    (error: unknown) => error,
  )
  t.ok(isRelayError(failure, 'config_unreadable'))
  t.match((failure as Error).message, /\/nowhere\/cert\.pem/)
})

t.test('a port that is taken is said, with the key to change', async (t) => {
  const first = await startRelay(t)
  const failure = await startRelay(t, { config: { portal: { listen: first.portal.address } } }).then(
    () => undefined,
    (error: unknown) => error,
  )
  t.ok(isRelayError(failure, 'port_taken'))
  t.match((failure as { next: string }).next, /portal\.listen/)
})

t.test('links carry the public address, or where it listens', async (t) => {
  t.match((await startRelay(t)).portal.url(), /^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
  t.match((await startRelay(t, { config: { portal: { listen: '0.0.0.0:0' } } })).portal.url(), /^http:\/\/127\.0\.0\.1:[1-9]\d*$/)
  t.equal((await startRelay(t, { config: { portal: { publicUrl: 'https://relay.example.com/x/' } } })).portal.url(), 'https://relay.example.com')
})

t.test('the PAC file and the CA are there for anybody', async (t) => {
  const relay = await startRelay(t)
  const pac = await fetch(`${relay.portalUrl}/proxy.pac`)
  t.equal(pac.headers.get('content-type'), 'application/x-ns-proxy-autoconfig')
  t.match(await pac.text(), /FindProxyForURL/)
  const ca = await fetch(`${relay.portalUrl}/api/v1/ca.pem`)
  t.match(ca.headers.get('content-disposition'), /login-relay-ca\.pem/)
  t.match(await ca.text(), /^-----BEGIN CERTIFICATE-----/)
})
