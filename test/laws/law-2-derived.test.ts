import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import type { AgentRequest, HttpAgent, SecretSlot } from '../../relay/outbound/index.ts'
import { Secret } from '../../relay/vault/index.ts'
import { loopbackSite, outboundForTest, rejection } from '../outbound/outbound-for-test.ts'
import { answering, type RawOrigin, startRawOrigin } from '../outbound/raw-origin.ts'

// Law 2 for what is made of a secret: it goes where the secret may go, as often as the secret may, and a key for codes never goes at all.

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
const seed = 'JBSWY3DPEHPK3PXP'
const md5 = { is: 'made', by: 'md5', as: 'hex', of: [{ is: 'secret' }] } as const
const hash = createHash('md5').update('canary').digest('hex')

async function start(t: Test): Promise<{ site: RawOrigin; origin: string; agent: HttpAgent }> {
  const site = await startRawOrigin(t, { onData: answering(ok) })
  const origin = `http://site.test:${site.port}`
  return { site, origin, agent: outboundForTest(t).agent(loopbackSite(origin, 'http://other.test')) }
}

function secretFor(origin: string, field = 'password', value = 'canary'): Secret {
  return new Secret(value, { account: 'a', field, origins: [origin] })
}

function post(url: string, slot: Pick<SecretSlot, 'secret' | 'derivation'>): AgentRequest {
  return {
    method: 'POST',
    url: new URL(url),
    headers: [],
    body: [Buffer.from('p='), { field: 'p', encoding: { as: 'urlencoded', charset: 'utf-8' }, ...slot }],
  }
}

t.test('law 2: what is made of a secret reaches its own origin alone, and once per attempt', async (t) => {
  const { site, origin, agent } = await start(t)
  const secret = secretFor(origin)
  t.match(await rejection(agent.send(post('http://other.test', { secret, derivation: md5 }))), { code: 'secret_refused' })
  await agent.send(post(origin, { secret, derivation: md5 }))
  t.match(site.received.join(''), new RegExp(`p=${hash}$`))
  for (const derivation of [md5, { ...md5, by: 'sha1' } as const, undefined]) {
    const again = { secret, ...(derivation === undefined ? {} : { derivation }) }
    t.match(await rejection(agent.send(post(origin, again))), { code: 'secret_refused' }, 'made otherwise it is the same secret')
  }
  t.notMatch(site.received.join(''), 'canary')
})

t.test('law 2: what was made of a secret is scrubbed as the secret is, on its way too', async (t) => {
  const { origin, agent } = await start(t)
  const twice = { ...md5, of: [{ is: 'joined', of: [md5, { is: 'text', text: 'salt' }] }] } as const
  await agent.send(post(origin, { secret: secretFor(origin), derivation: twice }))
  t.equal(agent.scrub(`${hash} ${hash.toUpperCase()} canary salt`), '[secret] [secret] [secret] salt')
})

t.test('law 2: a transform that cannot be done sends nothing and spends nothing', async (t) => {
  const { site, origin, agent } = await start(t)
  const secret = secretFor(origin)
  const unfit = { is: 'made', by: 'rsa', as: 'base64', of: [{ is: 'text', text: 'no key' }, { is: 'secret' }] } as const
  t.match(await rejection(agent.send(post(origin, { secret, derivation: unfit }))), { code: 'transform_unfit' })
  t.equal(site.accepted, 0)
  await agent.send(post(origin, { secret, derivation: md5 }))
  t.equal(site.received.length, 1)
})

t.test('law 2: of an authenticator key only codes leave, whatever the adapter asks for', async (t) => {
  const { site, origin, agent } = await start(t)
  const totp = secretFor(origin, 'totp', seed)
  await agent.send(post(origin, { secret: totp }))
  t.match(site.received[0], /p=\d{6}$/)
  t.match(await rejection(agent.send(post(origin, { secret: totp }))), { code: 'secret_refused' }, 'once per attempt')
  const other = secretFor(origin, 'totp', 'GEZDGNBVGY3TQOJQ')
  await agent.send(post(origin, { secret: other, derivation: { is: 'made', by: 'base64', as: 'base64', of: [{ is: 'secret' }] } }))
  const received = site.received.join('')
  const [, encoded = ''] = /p=([A-Za-z0-9%]{8,14})$/.exec(received) ?? []
  t.match(Buffer.from(decodeURIComponent(encoded), 'base64').toString(), /^\d{6}$/)
  t.notMatch(received, new RegExp(`${seed}|GEZDG`))
})

t.test('law 2: the proxy gives no codes: a header that holds an authenticator key is refused', async (t) => {
  const { site, origin } = await start(t)
  const slot: SecretSlot = { secret: secretFor(origin, 'totp', seed), field: 'x-code', encoding: { as: 'multipart', charset: 'utf-8' } }
  const request = { method: 'GET', origin, path: '/', headers: ['x-code', [slot]] as const, body: null }
  t.match(await rejection(outboundForTest(t).forward(loopbackSite(origin), request)), { code: 'secret_refused' })
  t.equal(site.accepted, 0)
})
