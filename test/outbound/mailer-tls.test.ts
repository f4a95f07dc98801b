import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import t, { type Test } from 'tap'
import { createMailer } from '../../relay/outbound/index.ts'
import { startMailServer } from '../control/notices/receivers.ts'
import { createTestAuthority } from './certificates.ts'

const authority = await createTestAuthority()
// As NODE_EXTRA_CA_CERTS does for a relay: the mail server's CA is one that the machine trusts.
setDefaultCACertificates([...getCACertificates('default'), authority.cert])
const right = await authority.issue('127.0.0.1')
const password = 'Canary-smtp'

function send(port: number, security: 'starttls' | 'tls'): Promise<void> {
  const mailer = createMailer({ host: '127.0.0.1', port, security, user: 'relay', password: async () => password, from: 'relay@example.com' })
  return mailer({ to: 'ann@example.com', subject: 'A notice', text: 'Something was done.' }, AbortSignal.timeout(30_000))
}

/** Somebody on the way to a mail server, who sees what passes, and answers in its place where `meddle` gives another line. */
async function startMeddler(t: Test, port: number, meddle: (line: string) => string): Promise<{ readonly port: number; readonly fromRelay: () => string }> {
  const seen: Buffer[] = []
  const server = createServer((relay) => {
    const mail = connect(port, '127.0.0.1')
    relay.on('error', () => {}).on('close', () => mail.destroy())
    mail.on('error', () => {}).on('close', () => relay.destroy())
    relay.on('data', (chunk: Buffer) => {
      seen.push(chunk)
      mail.write(chunk)
    })
    mail.on('data', (chunk: Buffer) => relay.write(Buffer.from(chunk.toString('latin1').split('\r\n').map(meddle).join('\r\n'), 'latin1')))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return { port: (server.address() as AddressInfo).port, fromRelay: () => Buffer.concat(seen).toString('latin1') }
}

for (const security of ['starttls', 'tls'] as const) {
  const fromTheStart = security === 'tls'

  t.test(`a mail goes out by ${security} to a server that proves itself, and no password in clear`, async (t) => {
    const server = await startMailServer(t, { tls: { ...right, fromTheStart } })
    const wire = await startMeddler(t, server.port, (line) => line)
    await send(wire.port, security)
    t.match(server, { mails: [{ to: 'ann@example.com' }], passwords: [password] })
    t.notMatch(wire.fromRelay(), /AUTH|MAIL FROM|Canary|Something was done/)
  })

  for (const [what, certificate] of [
    ['another name', await authority.issue('mail.example')],
    ['a CA that nobody trusts', await (await createTestAuthority()).issue('127.0.0.1')],
    ['a time that is over', await authority.issue('127.0.0.1', { endedDaysAgo: 1 })],
  ] as const)
    t.test(`a server with a certificate for ${what} gets neither mail nor password by ${security}`, async (t) => {
      const server = await startMailServer(t, { tls: { ...certificate, fromTheStart } })
      await t.rejects(send(server.port, security), /certificate|altnames/i)
      t.same([server.mails, server.passwords], [[], []])
    })
}

t.test('a server that offers no STARTTLS gets neither mail nor password', async (t) => {
  const server = await startMailServer(t)
  const wire = await startMeddler(t, server.port, (line) => line)
  await t.rejects(send(wire.port, 'starttls'))
  t.same([server.mails, server.passwords], [[], []])
  t.notMatch(wire.fromRelay(), /AUTH|MAIL FROM/)
})

for (const [what, meddle] of [
  ['takes the offer of STARTTLS away', (line: string) => line.replace('STARTTLS', 'HELP')],
  ['takes it away and says no in place of the server', (line: string) => line.replace('STARTTLS', 'HELP').replace(/^220 (?!.*ESMTP).*/, '454 Not now')],
  ['says yes and goes on in clear', (line: string) => line.replace(/^220 (?!.*ESMTP).*/, '220 Ready\r\n250-mail\r\n250 AUTH PLAIN LOGIN')],
] as const)
  t.test(`somebody on the way who ${what} sees no password`, async (t) => {
    const server = await startMailServer(t, { tls: right })
    const wire = await startMeddler(t, server.port, meddle)
    const outcome = await send(wire.port, 'starttls').then(
      () => 'sent',
      () => 'refused',
    )
    t.notMatch(wire.fromRelay(), /AUTH|MAIL FROM|Canary|Something was done/)
    if (outcome === 'sent') t.match(server, { mails: [{ to: 'ann@example.com' }], passwords: [password] }, 'over TLS, which was asked for all the same')
    else t.same([server.mails, server.passwords], [[], []])
  })
