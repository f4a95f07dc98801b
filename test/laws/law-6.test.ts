import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectTls, createServer } from 'node:tls'
import { BasicConstraintsExtension, Name, SubjectAlternativeNameExtension } from '@peculiar/x509'
import t, { type Test } from 'tap'
import { type KeyPair, newKeyPair, signCertificate, toPem } from '../../relay/certificates/index.ts'
import { enrolledHosts } from '../../relay/proxy/ca/enrolled-hosts.ts'
import { issueAuthority } from '../../relay/proxy/ca/issue-certificates.ts'
import { readText, readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { withOtherHosts } from '../proxy/connections/other-hosts.ts'
import { curl, run, temporaryFile } from '../proxy/curl.ts'
import { dialTunnel, readAll } from '../proxy/raw-client.ts'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'

// Law 6: only enrolled sites are intercepted; the CA can vouch for its sites and for nothing else.

interface NameCase {
  readonly san: string | null
  readonly subject?: string
  readonly basicConstraints?: string
  readonly verifies: boolean | 'unavoidable' | 'either'
}

interface Authority {
  readonly key: KeyPair
  readonly pem: string
  readonly name: string
}

/** What is signed with the relay's key is signed here with one that the test holds too. */
function newAuthority(hosts: readonly string[]): Authority {
  const key = newKeyPair()
  const pem = toPem(issueAuthority(key, hosts, Date.now()))
  return { key, pem, name: new X509Certificate(pem).subject }
}

interface Forged {
  readonly cert: string
  readonly pair: KeyPair
}

/** A certificate as somebody with the CA's key could sign it. */
function forge(issuer: { key: KeyPair; name: string }, { san, subject = '', isCa = false }: { san: string | null; subject?: string; isCa?: boolean }): Forged {
  const pair = newKeyPair()
  const kinds = { DNS: 'dns', IP: 'ip', URI: 'url', email: 'email' } as const
  const names = (san ?? '')
    .split(',')
    .filter(Boolean)
    .map((one) => {
      const colon = one.indexOf(':')
      return { type: kinds[one.slice(0, colon) as keyof typeof kinds], value: one.slice(colon + 1) }
    })
  const der = signCertificate({
    subject: new Name(subject),
    issuer: new Name(issuer.name),
    publicKey: pair.publicKey,
    signingKey: issuer.key.privateKey,
    notBefore: Date.now() - 60_000,
    notAfter: Date.now() + 3_600_000,
    extensions: [new BasicConstraintsExtension(isCa), ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)])],
  })
  return { cert: toPem(der), pair }
}

/** The name a client would ask for. */
function nameIn({ san, subject }: Pick<NameCase, 'san' | 'subject'>): string {
  return /(?:DNS|IP):([^,]+)/.exec(san ?? '')?.[1]?.replace('*', 'x') ?? /CN=(.+)/.exec(subject ?? '')?.[1] ?? 'site.test'
}

/** Which of OpenSSL, Node and curl take this chain for this name. */
async function whoTakes(t: Test, pem: string, chain: string, { pair }: Forged, name: string): Promise<string[]> {
  const [caFile, chainFile] = [temporaryFile(t, 'ca.pem', pem), temporaryFile(t, 'chain.pem', chain)]
  const openssl = await run('openssl', ['verify', '-purpose', 'sslserver', '-CAfile', caFile, '-untrusted', chainFile, chainFile])
  const server = createServer({ cert: chain, key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }, (socket) => {
    socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  })
  server.on('tlsClientError', () => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const isAddress = /^[\d.]+$|:/.test(name)
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ca: pem,
    rejectUnauthorized: false,
    ...(isAddress ? {} : { servername: name }),
    checkServerIdentity: () => undefined,
  })
  await once(socket, 'secureConnect')
  const node = socket.authorized
  socket.destroy()
  const urlHost = name.includes(':') ? `[${name}]` : name
  const fetched = await curl('--cacert', caFile, '--connect-to', `${urlHost}:443:127.0.0.1:${port}`, '--output', '/dev/null', `https://${urlHost}/`)
  server.close()
  return [...(openssl.exit === 0 ? ['openssl'] : []), ...(node ? ['node'] : []), ...(fetched.exit === 0 ? ['curl'] : [])]
}

t.test('a CA for site.test vouches for site.test alone', { skip: vectorsMissing('ca-names') }, async (t) => {
  const authority = newAuthority(['site.test'])
  for (const row of readVectors<{ cases: NameCase[] }>('ca-names/cases.json').cases) {
    if (row.verifies === 'either') continue
    const about = `${row.san ?? row.subject}${row.basicConstraints === undefined ? '' : ` under ${row.basicConstraints}`}`
    if (row.basicConstraints === 'CA:TRUE') {
      const middle = forge(authority, { san: null, subject: 'CN=Intermediate', isCa: true })
      const leaf = forge({ key: middle.pair, name: 'CN=Intermediate' }, row)
      t.same(await whoTakes(t, authority.pem, `${leaf.cert}${middle.cert}`, leaf, nameIn(row)), [], about)
      continue
    }
    const leaf = forge(authority, row)
    const takers = await whoTakes(t, authority.pem, leaf.cert, leaf, nameIn(row))
    t.same(takers, row.verifies === false ? [] : ['openssl', 'node', 'curl'], about)
  }
})

t.test('a CA with addresses enrolled vouches for these addresses alone', async (t) => {
  const cases: [hosts: string[], san: string, verifies: boolean][] = [
    [['192.0.2.1'], 'IP:192.0.2.1', true],
    [['192.0.2.1'], 'IP:192.0.2.2', false],
    [['192.0.2.1'], 'IP:2001:db8::1', false],
    [['192.0.2.1'], 'DNS:evil.test', false],
    [['2001:db8::1'], 'IP:2001:db8::1', true],
    [['2001:db8::1'], 'IP:2001:db8::2', false],
    [['2001:db8::1'], 'IP:192.0.2.1', false],
    [['192.0.2.1', 'site.test'], 'DNS:site.test', true],
    [['192.0.2.1', 'site.test'], 'IP:192.0.2.1', true],
    [['192.0.2.1', '2001:db8::1'], 'IP:2001:db8::1', true],
    [['192.0.2.1', '2001:db8::1'], 'IP:2001:db8::2', false],
    [['192.0.2.1', '2001:db8::1'], 'IP:192.0.2.3', false],
    [[], 'DNS:site.test', false],
    [[], 'IP:192.0.2.1', false],
    [[], 'IP:::1', false],
  ]
  for (const [hosts, san, verifies] of cases) {
    const authority = newAuthority(hosts)
    const leaf = forge(authority, { san })
    t.same(
      await whoTakes(t, authority.pem, leaf.cert, leaf, nameIn({ san })),
      verifies ? ['openssl', 'node', 'curl'] : [],
      `for ${hosts.join(' and ') || 'nothing'}: ${san}`,
    )
  }
})

t.test('no public suffix is ever a subtree of the CA', { skip: vectorsMissing('public-suffix') }, async (t) => {
  const lines = readText('public-suffix/test_psl.txt').matchAll(/^checkPublicSuffix\('([^'.][^']*)', (null|'([^']*)')\);$/gm)
  for (const [, written = '', , registrable] of lines) {
    const host = new URL(`https://${written}`).hostname
    const isSuffix = registrable === undefined && host !== 'example'
    t.same(enrolledHosts([{ origins: [`https://${host}`] }]), isSuffix ? [] : [host], host)
  }
  // A single label that no list knows is a host of an intranet; no name below it exists elsewhere.
  t.same(enrolledHosts([{ origins: ['https://intranet', 'https://localhost:8443'] }]), ['intranet', 'localhost'])
  t.same(enrolledHosts([{ origins: ['https://github.io', 'https://co.uk', 'https://me.github.io'] }]), ['me.github.io'])
})

t.test('a host that is not enrolled proves its own identity to the client, through a tunnel the relay does not read', async (t) => {
  const site = await startRecordingOrigin(t)
  const other = await startRecordingOrigin(t, { host: 'other.test' })
  const house = await startHouse(t, { origins: [site] })
  const access = await withOtherHosts(t, house, other.port)
  const socket = await dialTunnel(access, { authority: other.host, ca: other.ca as string })
  socket.write(`GET /login HTTP/1.1\r\nHost: ${other.host}\r\n\r\n`)
  t.match((await readAll(socket, { until: (text) => text.includes('password') })).text, /^HTTP\/1\.1 200 [^v]*type="password"/, 'and nothing is added to it')
  await t.rejects(dialTunnel(access, { authority: other.host, ca: house.certificateAuthority.pem() }), 'a client that trusts the relay alone is not fooled')
  await (await dialTunnel(access, { authority: site.host, ca: house.certificateAuthority.pem() })).destroy()
  await t.rejects(dialTunnel(access, { authority: site.host, ca: site.ca as string }), 'an enrolled one is intercepted')
})
