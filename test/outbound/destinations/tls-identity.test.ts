import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { createOutbound, type Destination } from '../../../relay/outbound/index.ts'
import { Secret } from '../../../relay/vault/index.ts'
import { openSecret } from '../../../relay/vault/open-secret.ts'
import { createTestAuthority, selfSigned, type TestCertificate } from '../certificates.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { answering, type RawOrigin, startRawOrigin } from '../raw-origin.ts'

const authority = await createTestAuthority()
const hello = answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')

function start(t: Test, { cert, key }: TestCertificate): Promise<RawOrigin> {
  return startRawOrigin(t, { tls: { cert, key }, onData: hello })
}

function site(origin: string, ca?: string): Destination {
  return { id: 'site', origins: [origin], networks: ['loopback'], ...(ca === undefined ? {} : { ca }) }
}

t.test('a site that proves its identity by a CA of its own is spoken to', async (t) => {
  const server = await start(t, await authority.issue('site.test'))
  const origin = `https://site.test:${server.port}`
  const answer = await outboundForTest(t).forward(site(origin, authority.cert), get(origin))
  t.equal(await read(answer.body), 'hello')
})

t.test('of several addresses the one that answers is used, and must prove itself', async (t) => {
  const server = await start(t, await authority.issue('site.test'))
  const origin = `https://site.test:${server.port}`
  const outbound = outboundForTest(t, { 'site.test': ['::1', '127.0.0.2', '127.0.0.1'] })
  t.equal(await read((await outbound.forward(site(origin, authority.cert), get(origin))).body), 'hello')
  t.match(await rejection(outbound.forward({ ...site(origin), id: 'other' }, get(origin))), { code: 'site_tls' })
})

t.test('a CA that is no certificate: site_tls, nothing is sent', async (t) => {
  const server = await start(t, await authority.issue('site.test'))
  const origin = `https://site.test:${server.port}`
  for (const ca of ['garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    t.match(await rejection(outboundForTest(t).forward(site(origin, ca), get(origin))), { code: 'site_tls' })
  }
  t.equal(server.received.join(''), '')
})

t.test('an address proves itself as an address', async (t) => {
  const server = await start(t, await authority.issue('127.0.0.1'))
  const origin = `https://127.0.0.1:${server.port}`
  t.equal(await read((await outboundForTest(t).forward(site(origin, authority.cert), get(origin))).body), 'hello')
})

t.test('the server name that is asked for is the host of the origin, without a trailing dot, and none for an address', async (t) => {
  const { cert, key } = await authority.issue('site.test')
  const asked: string[] = []
  const SNICallback = (name: string, callback: (error: null, context: ReturnType<typeof createSecureContext>) => void) => {
    asked.push(name)
    callback(null, createSecureContext({ cert, key }))
  }
  const server = await startRawOrigin(t, { tls: { cert, key, SNICallback }, onData: hello })
  const outbound = outboundForTest(t)
  for (const host of ['site.test', 'site.test.', '127.0.0.1']) {
    const origin = `https://${host}:${server.port}`
    const headers = ['Host', 'other.test']
    await outbound.forward(site(origin, authority.cert), { ...get(origin), headers }).then(
      ({ body }) => read(body),
      () => {},
    )
  }
  t.strictSame(asked, ['site.test', 'site.test'])
})

const wrong: Record<string, { certificate: () => Promise<TestCertificate>; ca?: string; reason: RegExp }> = {
  'a self-signed certificate': { certificate: () => selfSigned('site.test'), reason: /self-signed/ },
  'a CA that is not trusted': { certificate: () => authority.issue('site.test'), reason: /CA that is not trusted/ },
  'a certificate for another host': { certificate: () => authority.issue('other.test'), ca: authority.cert, reason: /for another host/ },
  'a certificate for an address that the name leads to': { certificate: () => authority.issue('127.0.0.1'), ca: authority.cert, reason: /another host/ },
  'an expired certificate': { certificate: () => authority.issue('site.test', { endedDaysAgo: 1 }), ca: authority.cert, reason: /has expired/ },
}

for (const [title, { certificate, ca, reason }] of Object.entries(wrong)) {
  t.test(`law 2: ${title}: site_tls, and the server sees no byte of the request`, async (t) => {
    const server = await start(t, await certificate())
    const origin = `https://site.test:${server.port}`
    const outbound = outboundForTest(t)
    const agent = outbound.agent(site(origin, ca))
    const secret = new Secret('canary-password', { account: 'a', field: 'password', origins: [origin] })
    const slot = { secret, field: 'password', encoding: { as: 'urlencoded', charset: 'utf-8' } } as const
    for (let times = 0; times < 2; times++) {
      // The same secret again: nothing of it has left.
      const error = await rejection(agent.send({ method: 'POST', url: new URL(origin), headers: [], body: [Buffer.from('p='), slot] }))
      t.match(error, { code: 'site_tls', message: reason })
    }
    t.match(await rejection(outbound.forward(site(origin, ca), get(origin))), { code: 'site_tls' })
    t.ok(server.accepted >= 3, 'it was connected to')
    t.strictSame(server.received.join(''), '', 'and nothing was sent')
  })
}

t.test('a server that speaks no TLS gets no byte of the request either', async (t) => {
  const server = await startRawOrigin(t, { onData: (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n') })
  const origin = `https://site.test:${server.port}`
  t.match(await rejection(outboundForTest(t).forward(site(origin), get(origin, '/canary'))), { code: 'site_tls', message: /does not speak TLS/ })
  t.notMatch(server.received.join(''), /canary/)
})

t.test('NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes nothing', async (t) => {
  const server = await start(t, await selfSigned('site.test'))
  const origin = `https://site.test:${server.port}`
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.teardown(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
  t.match(await rejection(outboundForTest(t).forward(site(origin), get(origin))), { code: 'site_tls' })
})

t.test("a site's own CA stands beside the roots that Node and the system trust, not in their place", async (t) => {
  const trusted = await createTestAuthority()
  const server = await start(t, await trusted.issue('site.test'))
  const origin = `https://site.test:${server.port}`
  const folder = await mkdtemp(join(tmpdir(), 'roots-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'root.pem'), trusted.cert)
  const program = `
    import { createOutbound } from ${JSON.stringify(new URL('../../../relay/outbound/index.ts', import.meta.url).href)}
    const outbound = createOutbound({ openSecret: () => '', lookup: async () => ['127.0.0.1'] })
    const destination = { id: 'site', origins: [${JSON.stringify(origin)}], networks: ['loopback'], ca: ${JSON.stringify(authority.cert)} }
    const { body } = await outbound.forward(destination, { method: 'GET', origin: destination.origins[0], path: '/', headers: [], body: null })
    for await (const chunk of body) process.stdout.write(chunk)
    await outbound.stop()`
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'root.pem'), NODE_NO_WARNINGS: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
  t.equal(stdout, 'hello')
})

t.test('a connection made under one CA is not used under another', async (t) => {
  const server = await start(t, await authority.issue('site.test'))
  const origin = `https://site.test:${server.port}`
  const outbound = createOutbound({ openSecret, lookup: async () => ['127.0.0.1'] })
  t.teardown(() => outbound.stop())
  await read((await outbound.forward(site(origin, authority.cert), get(origin))).body)
  const other = await createTestAuthority()
  t.match(await rejection(outbound.forward(site(origin, other.cert), get(origin))), { code: 'site_tls' })
})
