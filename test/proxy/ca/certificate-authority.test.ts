import { X509Certificate } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { isIPv4, isIPv6 } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { nameRules } from '../../../relay/proxy/ca/name-constraints.ts'
import { processorTime } from '../../processor-time.ts'
import fc from '../../property.ts'
import { run, temporaryFile } from '../curl.ts'
import { startAuthority } from './start-authority.ts'

const day = 24 * 60 * 60 * 1000

t.test('the certificate is for the enrolled hosts as soon as they are enrolled, and follows every change', async (t) => {
  const { authority, accounts, enrol } = await startAuthority(t)
  t.same(authority.names, [])
  const told: unknown[] = []
  authority.onReissued((change) => told.push(change))
  const before = authority.pem()
  await enrol('erp', 'https://erp.test', 'http://plain.test', 'https://erp.test:8443')
  t.same(authority.names, ['erp.test'], 'http needs no certificate')
  t.not(authority.pem(), before)
  await enrol('bank', 'https://xn--bcher-kva.example', 'https://192.0.2.7', 'https://[2001:db8::7]')
  t.same(authority.names, ['192.0.2.7', '2001:db8::7', 'erp.test', 'xn--bcher-kva.example'])
  await accounts.removeSite('erp')
  t.same(authority.names, ['192.0.2.7', '2001:db8::7', 'xn--bcher-kva.example'])
  t.same(told, [
    { added: ['erp.test'], removed: [] },
    { added: ['192.0.2.7', '2001:db8::7', 'xn--bcher-kva.example'], removed: [] },
    { added: [], removed: ['erp.test'] },
  ])
})

t.test('a reissued certificate has the same key and name: what it signed before is good under either', async (t) => {
  const { authority, enrol } = await startAuthority(t)
  await enrol('erp', 'https://erp.test')
  const before = new X509Certificate(authority.pem())
  const leaf = new X509Certificate((await authority.leafFor('erp.test')).cert)
  await enrol('other', 'https://other.test')
  const after = new X509Certificate(authority.pem())
  t.equal(after.subject, before.subject)
  t.ok(after.publicKey.equals(before.publicKey))
  t.not(after.serialNumber, before.serialNumber)
  t.ok(leaf.checkIssued(after) && leaf.verify(after.publicKey))
})

t.test('it survives a restart, its key sealed', async (t) => {
  const first = await startAuthority(t)
  await first.enrol('erp', 'https://erp.test')
  const pem = first.authority.pem()
  await first.stop()
  const files = await Promise.all(
    (await readdir(first.folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
  )
  t.notMatch(files.join('\n'), /PRIVATE KEY|MIGHAgEAMBMGByqGSM49|"d":/, 'no private key in any form lies there in clear')
  const second = await startAuthority(t, { folder: first.folder })
  t.equal(second.authority.pem(), pem)
  t.equal(second.authority.fingerprint, new X509Certificate(pem).fingerprint256)
})

t.test('it is issued anew two months before it ends, and a leaf when half its week is over', async (t) => {
  let now = Date.now()
  const first = await startAuthority(t, { now: () => now })
  await first.enrol('erp', 'https://erp.test')
  const leaf = await first.authority.leafFor('erp.test')
  t.equal(await first.authority.leafFor('erp.test'), leaf, 'cached')
  now += 3 * day
  t.equal(await first.authority.leafFor('erp.test'), leaf)
  now += day
  const next = await first.authority.leafFor('erp.test')
  t.not(next.cert, leaf.cert)
  t.equal(Math.round((next.expiresAt - now) / day), 7)
  const pem = first.authority.pem()
  now += 680 * day
  await first.authority.leafFor('erp.test')
  t.not(first.authority.pem(), pem)
  t.ok(first.authority.expiresAt > now + 700 * day)
})

t.test('there is no leaf for a host that is not enrolled', async (t) => {
  const { authority, accounts, enrol } = await startAuthority(t)
  await enrol('erp', 'https://erp.test')
  await authority.leafFor('erp.test')
  for (const host of ['evil.test', 'sub.erp.test', 'ERP.test', '', '*.test', '127.0.0.1'])
    await t.rejects(authority.leafFor(host), { code: 'site_unknown' }, host)
  await accounts.removeSite('erp')
  await t.rejects(authority.leafFor('erp.test'), { code: 'site_unknown' }, 'nor from the cache for one that was removed')
})

t.test('OpenSSL reads it as RFC 5280 asks', async (t) => {
  const { authority, enrol } = await startAuthority(t)
  await enrol('erp', 'https://erp.test')
  const ca = temporaryFile(t, 'ca.pem', authority.pem())
  const text = (await run('openssl', ['x509', '-in', ca, '-noout', '-text'])).out
  t.match(text, /X509v3 Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
  t.match(text, /X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/)
  t.match(
    text,
    /X509v3 Name Constraints: critical\s+Permitted:\s+DNS:erp\.test\s+Excluded:\s+IP:0\.0\.0\.0\/0\.0\.0\.0\s+IP:0:0:0:0:0:0:0:0\/0:0:0:0:0:0:0:0\s/,
  )
  t.match(text, /prime256v1/)
  const { cert } = await authority.leafFor('erp.test')
  const leaf = temporaryFile(t, 'leaf.pem', cert)
  t.match((await run('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'erp.test', '-CAfile', ca, leaf])).out, /: OK/)
  const leafText = (await run('openssl', ['x509', '-in', leaf, '-noout', '-text'])).out
  t.match(leafText, /X509v3 Subject Alternative Name: critical\s+DNS:erp\.test\n/)
  t.match(leafText, /X509v3 Extended Key Usage: \s+TLS Web Server Authentication\n/)
})

t.test('serials are positive, minimal and never the same', async (t) => {
  let now = Date.now()
  const { authority, enrol } = await startAuthority(t, { now: () => now })
  await enrol('erp', 'https://erp.test')
  const serials = new Set<string>()
  for (let i = 0; i < 100; i++) {
    now += 4 * day
    const { serialNumber } = new X509Certificate((await authority.leafFor('erp.test')).cert)
    t.match(serialNumber, /^[4-7][0-9A-F]{31}$/)
    serials.add(serialNumber)
  }
  t.equal(serials.size, 100)
})

t.test('a leaf is made in milliseconds, and two who ask at once are both served', async (t) => {
  const { authority, enrol } = await startAuthority(t)
  await enrol('many', ...Array.from({ length: 20 }, (_, i) => `https://host-${i}.test`))
  await pause(0)
  const begun = processorTime()
  await Promise.all(authority.names.flatMap((host) => [authority.leafFor(host), authority.leafFor(host)]))
  t.ok((processorTime() - begun) / 20 < 50, 'with a loaded machine in mind')
})

t.test('nameRules: each name form is constrained whatever the hosts are', async () => {
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6())
  fc.assert(
    fc.property(fc.uniqueArray(host, { maxLength: 6 }), (hosts) => {
      const { permittedDns, permittedIp, excludedIp } = nameRules(hosts)
      const isOpen = (family: (host: string) => boolean, all: string): boolean => hosts.some(family) === excludedIp.includes(all)
      if (isOpen(isIPv4, '0.0.0.0/0') || isOpen(isIPv6, '::/0')) return false
      return permittedDns.length > 0 && hosts.every((one) => [...permittedDns, ...permittedIp].some((rule) => rule.split('/')[0] === one))
    }),
  )
})
