import t, { type Test } from 'tap'
import type { AgentRequest, Part, SecretSlot } from '../../../relay/outbound/index.ts'
import { Secret } from '../../../relay/vault/index.ts'
import { type HttpDigestOptions, startHttpDigestSite } from '../../sites/http-digest-site.ts'
import { loopbackSite, outboundForTest, read, rejection } from '../outbound-for-test.ts'

async function scene(t: Test, options: HttpDigestOptions = {}, password = 'correct: horse') {
  const site = await startHttpDigestSite(options)
  t.teardown(() => site.stop())
  const outbound = outboundForTest(t)
  const destination = loopbackSite(site.origin)
  const asked = await outbound.agent(destination).send({ method: 'GET', url: new URL(site.url), headers: [] })
  await read(asked.body)
  const challenge = asked.headers
    .filter(([name]) => name.toLowerCase() === 'www-authenticate')
    .map(([, value]) => value)
    .join(', ')
  const secret = new Secret(password, { account: 'a', field: 'password', origins: [site.origin] })
  const slot: SecretSlot = { secret, field: 'authorization', encoding: { as: 'digest', username: 'ann', challenge } }
  const headers: readonly (string | readonly Part[])[] = ['authorization', [slot]]
  const agent = outbound.agent(destination)
  const get = async (path: string): Promise<number> => {
    const request: AgentRequest = { method: 'GET', url: new URL(path, site.origin), headers: [['authorization', [slot]]] }
    const { status, body } = await agent.send(request)
    await read(body)
    return status
  }
  const forward = async (path: string, method = 'GET', body: Buffer | null = null): Promise<number> => {
    const answer = await outbound.forward(destination, { method, origin: site.origin, path, headers, body })
    await read(answer.body)
    return answer.status
  }
  return { site, get, forward, agent, slot }
}

t.test('each request has credentials of its own: method, address and count', async (t) => {
  for (const options of [{}, { algorithms: ['MD5-sess'] }, { algorithms: ['MD5'], qop: 'none' }, { nextNonce: true, userhash: true }] as const) {
    const { site, get, forward } = await scene(t, options)
    t.equal(await get('/reports?year=2026&q=a%20b'), 200)
    for (let times = 0; times < 5; times++) t.equal(await forward(`/page/${times}?x=%2F`), 200)
    t.equal(await forward('/order', 'POST', Buffer.from('a=1')), 200)
    t.match(site.counts, { presented: 7, right: 7, refused: 0, stale: 0 }, JSON.stringify(options))
  }
})

t.test('a stale nonce is answered at once with the new one, and the caller sees nothing of it', async (t) => {
  const { site, get, forward } = await scene(t)
  t.equal(await get('/'), 200)
  site.expireNonces()
  t.equal(await get('/'), 200)
  site.expireNonces()
  t.equal(await forward('/order', 'POST', Buffer.from('a=1')), 200, 'a body that is kept goes again')
  t.match(site.counts, { right: 3, stale: 2, refused: 0 })
})

t.test('law 2: a wrong password is not sent a second time, stale or not', async (t) => {
  const { site, get } = await scene(t, {}, 'wrong')
  t.equal(await get('/'), 401)
  t.match(await rejection(get('/')), { code: 'secret_refused' })
  t.match(site.counts, { presented: 1, refused: 1 })
})

t.test('the password itself is in no request, and a challenge that cannot be answered sends nothing', async (t) => {
  const { site, get, agent, slot } = await scene(t)
  await get('/')
  t.notMatch(JSON.stringify(site.requests.map(({ headers, path }) => [headers, path])), /correct|horse/)
  const unknown: SecretSlot = { ...slot, encoding: { as: 'digest', username: 'ann', challenge: 'Negotiate' } }
  const sent = site.requests.length
  t.match(await rejection(agent.send({ method: 'GET', url: new URL(site.url), headers: [['authorization', [unknown]]] })), { code: 'secret_refused' })
  t.equal(site.requests.length, sent)
})
