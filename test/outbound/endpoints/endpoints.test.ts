import { Readable } from 'node:stream'
import t from 'tap'
import type { Destination, Route } from '../../../relay/outbound/index.ts'
import { Secret } from '../../../relay/vault/index.ts'
import { freePort } from '../../ports.ts'
import { until } from '../../until.ts'
import { get, outboundForTest, read, rejection } from '../outbound-for-test.ts'
import { siteAt, startEndpoint, threeEndpoints } from './endpoint-servers.ts'

const origin = 'https://site.test'

/** A session that begins for this client. */
function routeFor(client?: string): Route {
  return { endpoint: undefined, ...(client === undefined ? {} : { client }) }
}

t.test('a session goes to the endpoint whose ranges hold its client, else to one without ranges; the name stays that of the site', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const [a, b, c] = servers
  // Slow ones: nearness comes before speed.
  a.healthDelay = b.healthDelay = 60
  const site = siteAt(authority, [
    { address: a.address, clients: ['10.1.0.0/16'] },
    { address: b.address, clients: ['10.1.2.0/24', '2001:db8::/32'] },
    { address: c.address },
  ])
  const outbound = outboundForTest(t)
  const ask = async (client?: string) => read((await outbound.forward(site, { ...get(origin), route: routeFor(client) })).body)
  t.equal(await ask('10.1.9.9'), 'a')
  t.equal(await ask('10.1.2.3'), 'b', 'the narrower range')
  t.equal(await ask('::ffff:10.1.2.3'), 'b', 'the same address as IPv6 has it')
  t.equal(await ask('2001:db8::1'), 'b')
  t.equal(await ask('192.0.2.1'), 'c')
  t.equal(await ask(undefined), 'c')
  t.strictSame([...a.names], ['site.test'], 'Host field and server name')
})

t.test('among equals the fastest gets the session', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const [a, , c] = servers
  a.healthDelay = c.healthDelay = 300
  const endpoints = servers.map(({ address }) => ({ address }))
  const site = siteAt(authority, endpoints, { health: { path: '/healthz', everySeconds: 3 } })
  const outbound = outboundForTest(t)
  const ask = async (on: Route) => read((await outbound.forward(site, { ...get(origin), route: on })).body)
  await ask(routeFor())
  const times = () => outbound.endpointStates(site).map(({ milliseconds = 0 }) => milliseconds)
  const isFastest = (which: number) => times().every((time, i) => time > 0 && (i === which || time > 1.5 * (times()[which] as number)))
  await until(() => isFastest(1), 'all are measured')
  t.equal(await ask(routeFor()), 'b')
})

t.test('an endpoint that was killed is left at the first failure, with the request as it was', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const [a, b, c] = servers
  // Checks are far apart: it is the request that finds out.
  const endpoints = [{ address: a.address, clients: ['10.0.0.0/8'] }, { address: b.address }, { address: c.address, clients: ['172.16.0.0/12'] }]
  const site = siteAt(authority, endpoints, { health: { everySeconds: 3600 } })
  const outbound = outboundForTest(t)
  const route = routeFor('10.0.0.1')
  // Once at another, so that its connections are not what the killed one leaves behind.
  t.equal(await read((await outbound.forward(site, { ...get(origin), route: routeFor('172.16.0.1') })).body), 'c')
  const first = await outbound.forward(site, { ...get(origin), route })
  t.equal(await read(first.body), 'a')
  await a.stop()
  // What Node has not noticed yet of the connections that ended: a request on one of them fails, as it would at any site.
  await new Promise((resolve) => setImmediate(resolve))
  const body = Readable.from(['x'.repeat(1000), 'y'.repeat(500)], { objectMode: false })
  const answer = await outbound.forward(site, { method: 'POST', origin, path: '/form', headers: ['Content-Length', '1500'], body, route })
  t.equal(await read(answer.body), 'b got 1500')
  t.equal(route.endpoint, b.address, 'and stays there')
  t.strictSame(b.asked, ['POST /form'])
  t.match(
    outbound.endpointStates(site).map(({ state, problem }) => ({ state, problem })),
    [{ state: 'down', problem: 'it refused the connection' }, { state: 'up' }, { state: 'up' }],
  )
  await a.start()
  t.equal(await read((await outbound.forward(site, { ...get(origin), route })).body), 'b', 'also when the first is there again')
})

t.test('an endpoint that was killed is left without any request, by its checks, and taken again when it is back', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const [a, b] = servers
  const endpoints = [{ address: a.address, clients: ['10.0.0.0/8'] }, { address: b.address }]
  const site = siteAt(authority, endpoints, { health: { path: '/healthz', everySeconds: 3 } })
  const outbound = outboundForTest(t)
  const ask = async () => read((await outbound.forward(site, { ...get(origin), route: routeFor('10.0.0.1') })).body)
  const stateOfA = () => outbound.endpointStates(site)[0]?.state
  t.equal(stateOfA(), 'unknown', 'nobody has used the site yet')
  await until(async () => (await ask()) === 'a', 'it is used')
  await a.stop()
  await until(() => stateOfA() === 'down', 'the check has found out')
  t.equal(await ask(), 'b')
  await a.start()
  await until(async () => (await ask()) === 'a', 'it is back')
  a.healthStatus = 503
  await until(() => outbound.endpointStates(site)[0]?.problem === 'its health page answered 503', 'its health page says no')
  t.equal(await ask(), 'b')
  a.healthStatus = 101
  await until(() => outbound.endpointStates(site)[0]?.problem === 'its health page gave no answer', 'its health page changes the protocol')
})

t.test('with all endpoints dead the answer is site_down, which names them; the relay goes on to try', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const site = siteAt(
    authority,
    servers.map(({ address }) => ({ address })),
    { health: { everySeconds: 3600 } },
  )
  const outbound = outboundForTest(t)
  for (const server of servers) await server.stop()
  const error = await rejection(outbound.forward(site, get(origin)))
  t.match(error, { code: 'site_down', message: /none of its endpoints/ })
  for (const { address } of servers) t.match(error?.message, `${address} (it refused the connection)`)
  await servers[2].start()
  t.equal(await read((await outbound.forward(site, get(origin))).body), 'c')
})

t.test('law 2: an endpoint with the certificate of another name gets nothing, and is not used', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const wrong = await startEndpoint(t, { authority, called: 'wrong', name: 'other.test' })
  const outbound = outboundForTest(t)
  const alone = siteAt(authority, [{ address: wrong.address }])
  const agent = outbound.agent(alone)
  const slot = {
    secret: new Secret('canary-password', { account: 'a', field: 'password', origins: [origin] }),
    field: 'password',
    encoding: { as: 'urlencoded', charset: 'utf-8' },
  } as const
  const form = { method: 'POST', url: new URL(origin), headers: [], body: [slot] }
  for (let times = 0; times < 2; times++) t.match(await rejection(agent.send(form)), { code: 'site_tls', message: /for another host/ })
  t.match(await rejection(outbound.forward(alone, get(origin))), { code: 'site_tls' })
  t.strictSame([wrong.asked, wrong.checks], [[], 0], 'not even the health page was asked for')
  const both = { ...siteAt(authority, [{ address: wrong.address, clients: ['10.0.0.0/8'] }, { address: servers[0].address }]), id: 'both' }
  t.equal(await read((await outbound.forward(both, { ...get(origin), route: routeFor('10.0.0.1') })).body), 'a')
})

t.test('a site whose origin is an address is proved by that address, at its endpoints too', async (t) => {
  const { authority } = await threeEndpoints(t)
  const right = await startEndpoint(t, { authority, called: 'right', name: '127.0.0.9' })
  const wrong = await startEndpoint(t, { authority, called: 'wrong', name: '127.0.0.1' })
  const outbound = outboundForTest(t)
  const at = (address: string): Destination => siteAt(authority, [{ address }], { id: address, origins: ['https://127.0.0.9'] })
  const ask = async (site: Destination) => read((await outbound.forward(site, get('https://127.0.0.9'))).body)
  t.equal(await ask(at(right.address)), 'right')
  t.match(await rejection(ask(at(wrong.address))), { code: 'site_tls', message: /for another host/ })
})

t.test('an endpoint at the relay itself, at a metadata address or in a network the site is not enrolled for is refused', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const outbound = outboundForTest(t, { 'inside.test': ['10.9.0.4'], 'gone.test': [] })
  outbound.refuseOwn([{ address: '127.0.0.1', port: Number(servers[0].address.split(':')[1]) }])
  for (const [address, reason] of [
    [servers[0].address, 'the relay itself'],
    ['169.254.169.254', 'a cloud metadata address'],
    ['inside.test:8443', 'a private address'],
    ['10.9.0.4', 'a private address'],
  ] as const) {
    const site = siteAt(authority, [{ address }], { id: address })
    for (const attempt of [outbound.checkEndpoints(site), outbound.forward(site, get(origin))]) {
      t.match(await rejection(attempt), { code: 'destination_refused', message: new RegExp(reason) }, address)
    }
  }
  t.strictSame(servers[0].checks, 0)
  await outbound.checkEndpoints(siteAt(authority, [{ address: servers[1].address }, { address: 'gone.test' }]))
})

t.test('a sign-in and its session go the same way; what is typed into it is sent to one endpoint, once', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const [a, b] = servers
  const site = siteAt(authority, [{ address: a.address, clients: ['10.0.0.0/8'] }, { address: b.address }], { health: { everySeconds: 3600 } })
  const outbound = outboundForTest(t)
  const route = routeFor('10.0.0.1')
  await a.stop()
  const agent = outbound.agent(site, { route })
  const secret = new Secret('canary-password', { account: 'a', field: 'password', origins: [origin] })
  const body = [Buffer.from('p='), { secret, field: 'password', encoding: { as: 'urlencoded', charset: 'utf-8' } } as const]
  const answer = await agent.send({ method: 'POST', url: new URL(`${origin}/login`), headers: [], body })
  t.equal(await read(answer.body), 'b got 17')
  t.equal(route.endpoint, b.address)
  t.match(await rejection(agent.send({ method: 'POST', url: new URL(`${origin}/login`), headers: [], body })), { code: 'secret_refused' })
  await a.start()
  t.equal(await read((await outbound.forward(site, { ...get(origin), route })).body), 'b')
})

t.test('an endpoint without a port is asked at the origin’s; origins after the first are reached as ever', async (t) => {
  const { authority } = await threeEndpoints(t)
  const port = await freePort()
  await startEndpoint(t, { authority, called: 'by name', port })
  await startEndpoint(t, { authority, called: 'endpoint', port, address: '127.0.0.2' })
  const named = await startEndpoint(t, { authority, called: 'second', name: 'second.test' })
  const origins = [`https://site.test:${port}`, `https://second.test:${named.address.split(':')[1]}`]
  const site = siteAt(authority, [{ address: '127.0.0.2' }], { origins })
  const outbound = outboundForTest(t)
  t.equal(await read((await outbound.forward(site, get(origins[0] as string))).body), 'endpoint')
  t.equal(await read((await outbound.forward(site, get(origins[1] as string))).body), 'second')
})

t.test('a site that nobody uses is not looked at, and nothing is known of its endpoints', async (t) => {
  const { servers, authority } = await threeEndpoints(t)
  const outbound = outboundForTest(t)
  const site = siteAt(authority, [{ address: servers[0].address }])
  await outbound.checkEndpoints(site)
  t.match(outbound.endpointStates(site), [{ address: servers[0].address, state: 'unknown' }])
  t.equal(servers[0].checks, 0)
  t.strictSame(
    outbound.families().map(({ samples }) => samples),
    [[], []],
  )
  await read((await outbound.forward(site, get(origin))).body)
  await until(() => outbound.endpointStates(site)[0]?.state === 'up', 'it was looked at')
  const [up, seconds] = outbound.families()
  t.match(up?.samples, [{ labels: { site: 'site', endpoint: servers[0].address }, value: 1 }])
  t.match(seconds?.samples, [{ labels: { site: 'site', endpoint: servers[0].address }, value: Number }])
  outbound.forgetEndpoints((id) => id === 'another')
  t.equal(outbound.families()[0]?.samples.length, 1)
  outbound.forgetEndpoints((id) => id === 'site')
  t.equal(outbound.families()[0]?.samples.length, 0, 'nor one that is gone')
})
