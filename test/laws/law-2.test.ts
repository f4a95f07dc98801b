import { inspect } from 'node:util'
import t, { type Test } from 'tap'
import { type AgentRequest, createOutbound, type Destination, type HttpAgent, type SecretSlot } from '../../relay/outbound/index.ts'
import { Secret } from '../../relay/vault/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'
import { createTestAuthority, selfSigned } from '../outbound/certificates.ts'
import { outboundForTest, rejection } from '../outbound/outbound-for-test.ts'
import { answering, type RawOrigin, startRawOrigin } from '../outbound/raw-origin.ts'

const canary = 'c4n4ry-P&ss wörd'
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

function secretFor(...origins: string[]): Secret {
  return new Secret(canary, { account: 'a', field: 'password', origins })
}

function slot(secret: object, field = 'password'): SecretSlot {
  return { secret, field, encoding: { as: 'urlencoded', charset: 'utf-8' } }
}

function post(url: string, ...slots: SecretSlot[]): AgentRequest {
  return { method: 'POST', url: new URL(url), headers: [], body: slots.flatMap((one) => [Buffer.from(`&${one.field}=`), one]) }
}

function timesSeen(site: RawOrigin): number {
  return site.received.join('').split('c4n4ry').length - 1
}

async function start(t: Test, answer = ok): Promise<{ site: RawOrigin; origin: string; destination: Destination; agent: HttpAgent }> {
  const site = await startRawOrigin(t, { onData: answering(answer) })
  const origin = `http://site.test:${site.port}`
  const destination: Destination = { id: 'site', origins: [origin], networks: ['loopback'] }
  return { site, origin, destination, agent: outboundForTest(t).agent(destination) }
}

t.test('law 2: a secret reaches its own origin, in the declared field', async (t) => {
  const { site, origin, agent } = await start(t)
  await agent.send(post(`${origin}/login`, slot(secretFor(origin))))
  t.match(site.received[0], /\r\ncontent-length: 33\r\n\r\n&password=c4n4ry-P%26ss\+w%C3%B6rd$/)
})

t.test('law 2: not a foreign origin, scheme or port, though the site has that origin too; nothing is connected to', async (t) => {
  const own = await start(t)
  const foreign = await start(t)
  const others = [foreign.origin, own.origin.replace('http:', 'https:'), own.origin.replace('site.test', 'www.site.test'), 'http://site.test']
  const outbound = outboundForTest(t)
  const destination = { ...own.destination, origins: [own.origin, ...others] }
  const secret = secretFor(own.origin)
  for (const other of others) {
    t.match(await rejection(outbound.agent(destination).send(post(other, slot(secret)))), { code: 'secret_refused' }, `body to ${other}`)
    const headers = [['authorization', [Buffer.from('Basic '), { secret, field: 'authorization', encoding: { as: 'basic', username: 'u' } }]]] as const
    t.match(
      await rejection(outbound.agent(destination).send({ method: 'GET', url: new URL(other), headers })),
      { code: 'secret_refused' },
      `header to ${other}`,
    )
    t.match(await rejection(outbound.agent(destination).send({ method: 'GET', url: new URL(other), headers: [], query: [slot(secret)] })), {
      code: 'secret_refused',
    })
    const request = { method: 'GET', origin: other, path: '/', headers: headers.flat(), body: null }
    t.match(await rejection(outbound.forward(destination, request)), { code: 'secret_refused' }, `forwarded to ${other}`)
    t.match(await rejection(outbound.upgrade(destination, request)), { code: 'secret_refused' }, `upgraded to ${other}`)
    t.match(await rejection(own.agent.send(post(other, slot(secret)))), { code: 'destination_refused' }, `${other}, which is no origin of the site`)
  }
  t.match(await rejection(own.agent.send(post(own.origin, slot({})))), { code: 'secret_refused' }, 'what is no secret of the vault')
  t.equal(own.site.accepted + foreign.site.accepted, 0)
})

t.test('law 2: at most once per attempt - in one request, one after the other, or side by side', async (t) => {
  const { site, origin, agent } = await start(t)
  const secret = secretFor(origin)
  const refused = { code: 'secret_refused' }
  t.match(await rejection(agent.send(post(origin, slot(secret), slot(secret, 'again')))), refused)
  t.equal(site.accepted, 0)
  const both = await Promise.allSettled([agent.send(post(origin, slot(secret))), agent.send(post(origin, slot(secret)))])
  t.strictSame(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.match(await rejection(agent.send(post(origin, slot(secret)))), refused)
  t.match(await rejection(agent.send(post(`${origin}/other`, slot(secret, 'other')))), refused)
  t.match(await rejection(agent.send({ method: 'GET', url: new URL(origin), headers: [], query: [slot(secret)] })), refused)
  t.equal(timesSeen(site), 1)
  agent.beginAttempt()
  await agent.send(post(origin, slot(secret)))
  t.equal(timesSeen(site), 2, 'a new attempt')
})

t.test('law 2: once more only after a 307 or 308 to that origin, in the same field, when the caller says so', async (t) => {
  for (const [status, to, mayFollow] of [
    [307, '/next', true],
    [308, '/next', true],
    [302, '/next', false],
    [200, '/next', false],
    [307, 'http://elsewhere.test/', false],
    [307, '', true],
  ] as const) {
    const { site, origin, agent } = await start(t, `HTTP/1.1 ${status} X\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`)
    const secret = secretFor(origin)
    await agent.send(post(origin, slot(secret)))
    const next = post(`${origin}/next`, slot(secret))
    t.match(await rejection(agent.send(next)), { code: 'secret_refused' }, `${status}: not unless it is said`)
    t.match(await rejection(agent.send({ ...post(origin, slot(secret, 'other')), resend: true })), { code: 'secret_refused' }, 'another field')
    const again = await rejection(agent.send({ ...next, resend: true }))
    if (mayFollow) t.equal(again, undefined, `${status} ${to}`)
    else t.match(again, { code: 'secret_refused' }, `${status} ${to}`)
    t.equal(timesSeen(site), mayFollow ? 2 : 1)
  }
})

t.test('law 2: what never left may still leave; what may have left may not', async (t) => {
  const { origin, destination } = await start(t)
  let isUp = false
  const down = createOutbound({ openSecret, lookup: async () => (isUp ? ['127.0.0.1'] : []) })
  t.teardown(() => down.stop())
  const agent = down.agent(destination)
  const secret = secretFor(origin)
  t.match(await rejection(agent.send(post(origin, slot(secret)))), { code: 'site_down' })
  isUp = true
  t.equal((await agent.send(post(origin, slot(secret)))).status, 200)

  const resets = await startRawOrigin(t, { onData: (socket) => void socket.resetAndDestroy() })
  const other = `http://site.test:${resets.port}`
  const second = outboundForTest(t).agent({ ...destination, origins: [other] })
  const another = secretFor(other)
  t.match(await rejection(second.send(post(other, slot(another)))), { code: 'site_down' })
  t.match(await rejection(second.send(post(other, slot(another)))), { code: 'secret_refused' })
})

t.test('law 2: its value is put into the message only when the site has proved its identity', async (t) => {
  const authority = await createTestAuthority()
  for (const certificate of [await authority.issue('site.test'), await selfSigned('site.test')]) {
    let opened = 0
    const counting = (secret: object, origin: string): string => {
      opened++
      return openSecret(secret, origin)
    }
    const site = await startRawOrigin(t, { tls: { ...certificate }, onData: answering(ok) })
    const origin = `https://site.test:${site.port}`
    const outbound = createOutbound({ openSecret: counting, lookup: async () => ['127.0.0.1'] })
    t.teardown(() => outbound.stop())
    const agent = outbound.agent({ id: 'site', origins: [origin], networks: ['loopback'], ca: authority.cert })
    const error = await rejection(agent.send(post(origin, slot(secretFor(origin)))))
    // Once to see that it may go there at all; a second time to write it.
    if (error === undefined) t.equal(opened, 2)
    else t.match([error.code, opened, site.received.join('')], ['site_tls', 1, ''])
  }
})

t.test('law 2: HTTP Basic goes with every request until the site refuses it (RFC 7617 section 2.2)', async (t) => {
  let answer = ok
  const site = await startRawOrigin(t, { onData: (socket) => void socket.write(answer) })
  const origin = `http://site.test:${site.port}`
  const agent = outboundForTest(t).agent({ id: 'site', origins: [origin], networks: ['loopback'] })
  const basic: SecretSlot = { secret: secretFor(origin), field: 'authorization', encoding: { as: 'basic', username: 'u' } }
  const request: AgentRequest = { method: 'GET', url: new URL(origin), headers: [['authorization', [Buffer.from('Basic '), basic]]] }
  await agent.send(request)
  answer = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'
  await agent.send(request)
  t.match(await rejection(agent.send(request)), { code: 'secret_refused' })
  const credential = Buffer.from(`u:${canary}`).toString('base64')
  t.equal(site.received.join('').split(`authorization: Basic ${credential}\r\n`).length - 1, 2)
})

t.test('law 2: a secret in the query of a GET form reaches the site, and nothing that the agent gives out', async (t) => {
  const { site, origin, agent } = await start(t)
  const query = [Buffer.from('user=u&password='), slot(secretFor(origin))]
  const answer = await agent.send({ method: 'GET', url: new URL(`${origin}/login?old=1`), headers: [], query })
  t.match(site.received[0], /^GET \/login\?user=u&password=c4n4ry-P%26ss\+w%C3%B6rd HTTP/)
  t.notMatch(inspect(answer, { depth: 10 }), 'c4n4ry')
})

t.test('law 2: no error holds the value, whatever goes wrong, though the site echoes it', async (t) => {
  const broken: Record<string, string> = {
    'a status line': `HTTP/1.1 ${canary}\r\n\r\n`,
    'a header': `HTTP/1.1 200 OK\r\n${canary}: x\r\n\r\n`,
    'a body that is cut': `HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nX: ${canary}\r\n\r\n${canary}`,
    'a chunk': `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${canary}`,
    compression: `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nc4n4ry`,
  }
  for (const [title, bytes] of Object.entries(broken)) {
    const site = await startRawOrigin(t, { onData: (socket) => void socket.end(bytes) })
    const origin = `http://site.test:${site.port}`
    const agent = outboundForTest(t).agent({ id: 'site', origins: [origin], networks: ['loopback'] })
    const sending = agent.send(post(origin, slot(secretFor(origin)))).then(({ body }) => body.toArray())
    const error = await rejection(sending)
    t.match(error, { code: 'site_down' }, title)
    t.notMatch(inspect(error, { depth: 10, showHidden: true }), 'c4n4ry', title)
  }
})

t.test('law 2: a value that would break out of its header is not sent, and not shown', async (t) => {
  const { site, origin, agent } = await start(t)
  const secret = new Secret('c4n4ry\r\nX-Injected: 1', { account: 'a', field: 'password', origins: [origin] })
  const raw: SecretSlot = { secret, field: 'x-password', encoding: { as: 'multipart', charset: 'utf-8' } }
  const error = await rejection(agent.send({ method: 'GET', url: new URL(origin), headers: [['x-password', [raw]]] }))
  t.match(error, { code: 'bad_request' })
  t.notMatch(inspect(error, { depth: 10, showHidden: true }), 'c4n4ry')
  const inQuery = await rejection(agent.send({ method: 'GET', url: new URL(origin), headers: [], query: [raw] }))
  t.match(inQuery, { code: /bad_request|secret_refused/ })
  t.notMatch(inspect(inQuery, { depth: 10, showHidden: true }), 'c4n4ry')
  t.equal(site.received.join(''), '')
})

t.test('law 2: what left is scrubbed from texts, and nothing else is', async (t) => {
  const { origin, agent } = await start(t)
  t.equal(agent.scrub(`"${canary}"`), `"${canary}"`, 'nothing has left yet')
  await agent.send(post(origin, slot(secretFor(origin))))
  t.equal(agent.scrub(`<input value="c4n4ry-P&amp;ss w&ouml;rd"> ?p=c4n4ry-P%26ss%20w%C3%B6rd`), '<input value="[secret]"> ?p=[secret]')
})

t.test('law 2: a new password stands in two fields of its one request, after it was written down, and no more', async (t) => {
  const { site, origin, destination } = await start(t)
  const outbound = outboundForTest(t)
  const [secret, present] = [secretFor(origin), secretFor(origin)]
  const order: string[] = []
  const newSecret = {
    secret,
    async beforeItLeaves() {
      await new Promise((resolve) => setTimeout(resolve, 20))
      order.push(`written down with ${timesSeen(site)} seen`)
    },
  }
  const agent = outbound.agent(destination, { newSecret })
  const refused = { code: 'secret_refused' }
  t.match(await rejection(agent.send(post(origin, slot(secret, 'a'), slot(secret, 'b'), slot(secret, 'c')))), refused, 'three')
  t.match(await rejection(agent.send(post(origin, slot(secret, 'a'), slot(secret, 'a')))), refused, 'one field twice')
  t.match(await rejection(agent.send(post(origin, slot(present, 'a'), slot(present, 'b')))), refused, 'another secret twice')
  t.equal(site.accepted, 0)
  await agent.send(post(origin, slot(present, 'old'), slot(secret, 'new'), slot(secret, 'again')))
  t.equal(timesSeen(site), 3)
  t.equal(order.at(-1), 'written down with 0 seen')
  t.match(await rejection(agent.send(post(origin, slot(secret, 'new')))), refused, 'a second request')
  t.match(await rejection(agent.send(post('http://other.test', slot(secret, 'new')))), { code: 'destination_refused' })
  const failing = { secret, beforeItLeaves: () => Promise.reject(new Error('the disk is full')) }
  t.match(await rejection(outbound.agent(destination, { newSecret: failing }).send(post(origin, slot(secret, 'new')))), { message: 'the disk is full' })
  t.equal(timesSeen(site), 3, 'what cannot be written down does not leave')
})
