import { readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { Site } from '../../../relay/accounts/index.ts'
import { runAs } from '../../../relay/audit/index.ts'
import { formSite } from '../../form-site.ts'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { type RotatingSite, startRotatingSite } from '../../sites/rotating-site.ts'
import { startRelay } from '../../start-relay.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { answersIn, dialTunnel, readAll } from '../raw-client.ts'
import { type House, type SiteServer, startHouse } from '../start-house.ts'

interface Servers {
  /** They share a name and a certificate, and nothing else: a session of one is none at another. */
  readonly all: readonly [RotatingSite, RotatingSite, RotatingSite]
  readonly addresses: readonly string[]
  readonly origin: SiteServer
}

async function startServers(t: Test): Promise<Servers> {
  const authority = await createTestAuthority()
  const tls = await authority.issue('site.test')
  const start = () => startRotatingSite({ tls, host: 'site.test', username: 'ann', password: 'pw' })
  const all = [await start(), await start(), await start()] as const
  t.teardown(() => Promise.all(all.map((site) => site.stop())))
  const addresses = all.map(({ origin }) => `127.0.0.1:${new URL(origin).port}`)
  return { all, addresses, origin: { origin: 'https://site.test', host: 'site.test:443', ca: authority.cert } }
}

/** Looked at when the site is first used, and not again while the test runs. */
const health: NonNullable<Site['health']> = { everySeconds: 3600 }

async function get(house: House, origin: SiteServer, path: string): Promise<{ status: number; head: string; body: string }> {
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n`)
  const { text } = await readAll(socket)
  const [answer] = answersIn(text)
  if (answer === undefined) throw new Error('no answer')
  return { ...answer, body: text.slice(answer.head.length) }
}

const outcomes = ({ all }: Servers) => all.map(({ book }) => book.outcomes.length)

t.test('a client is signed in at its nearest server and stays there; when that dies, at the next one, once', async (t) => {
  const servers = await startServers(t)
  const [a, b, c] = servers.all
  const [near = '', next = '', far = ''] = servers.addresses
  const file = `${await tempFolder(t)}/access.log`
  const endpoints = [{ address: far, clients: ['10.0.0.0/8'] }, { address: next }, { address: near, clients: ['127.0.0.0/8'] }]
  const house = await startHouse(t, { origins: [servers.origin], declared: { endpoints, health }, config: { log: { access: 'file', accessFile: file } } })
  for (const path of ['/one', '/two', '/three']) t.match(await get(house, servers.origin, path), { status: 200, body: /Signed in as ann/ })
  t.strictSame(outcomes(servers), [1, 0, 0])
  t.match(house.sessions.live(house.account.id)?.route, { client: '127.0.0.1', endpoint: near })
  t.match([b.requests, c.requests], [[], []], 'nothing went elsewhere')
  await a.stop()
  await until(async () => (await get(house, servers.origin, '/four')).status === 200, 'the next one answers')
  t.match(await get(house, servers.origin, '/five'), { status: 200, body: /Signed in as ann/ })
  t.strictSame(outcomes(servers), [1, 1, 0], 'signed in anew, for the servers do not share sessions')
  t.equal(house.sessions.live(house.account.id)?.route.endpoint, next)
  await b.stop()
  await c.stop()
  await until(async () => (await get(house, servers.origin, '/six')).body.includes('none of its endpoints'), 'all are dead')
  const down = await get(house, servers.origin, '/seven')
  t.equal(down.status, 502)
  for (const address of servers.addresses) t.match(down.body, `${address} (it refused the connection)`)
  t.match(down.head, /Login-Relay-Error: site_down/i)
  await house.stop()
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  const seen = lines.map((line) => JSON.parse(line) as { path: string; endpoint?: string })
  t.match(
    seen.filter(({ path }) => ['/one', '/five'].includes(path)).map(({ endpoint }) => endpoint),
    [near, next],
  )
})

t.test('a session keeps to its server over a restart of the relay, and is signed out there', async (t) => {
  const servers = await startServers(t)
  const [, b] = servers.all
  const [first = '', second = ''] = servers.addresses
  const folder = await tempFolder(t)
  const hosts = { 'site.test': '127.0.0.1' }
  const relay = await startRelay(t, { folder, hosts })
  const { origin, ca = '' } = servers.origin
  const user = await relay.identity.addUser({ name: 'ann', password: 'a long enough one', role: 'member' })
  const endpoints = [{ address: first }, { address: second, clients: ['2001:db8::/32'] }]
  const site = { ...formSite(origin), ca }
  await relay.accounts.addSite({ ...site, endpoints, health })
  const { id } = await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann', secrets: { password: 'pw' } })
  const actor = { who: { kind: 'user', user: user.id }, from: { address: '2001:db8::7' } } as const
  await runAs(actor, () => relay.sessions.ensure(id))
  t.strictSame(outcomes(servers), [0, 1, 0])
  await relay.stop()
  const again = await startRelay(t, { folder, hosts })
  t.match(again.sessions.live(id)?.route, { client: '2001:db8::7', endpoint: second })
  t.equal(b.book.alive, 1)
  await again.sessions.end(id)
  t.equal(b.book.alive, 0)
  await again.sessions.ensure(id)
  t.strictSame(outcomes(servers), [1, 1, 0], 'the relay itself is no client with an address')
  await again.accounts.replaceSite({ ...site, endpoints: [{ address: second }], health })
  t.equal(again.sessions.live(id), undefined, 'another declaration of the servers voids the session')
})
