import t, { type Test } from 'tap'
import { type ChangingSite, startChangingSite } from '../../sites/changing-site.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'

interface Scene {
  readonly relay: StartedPortal
  readonly business: ChangingSite
  readonly id: string
  /** A request as the local administrator, as ann's device, as bob's. */
  ask(who: 'operator' | 'ann' | 'bob', method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }>
}

async function begin(t: Test): Promise<Scene> {
  const relay = await startPortal(t)
  const business = await startChangingSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const { origin } = business
  const site = { id: 'changing', origins: [origin], loginUrl: business.url, adapter: 'form', settings: {}, delivery: 'attach', networks: ['loopback'] } as const
  await relay.accounts.addSite(site)
  const { id } = await relay.accounts.addAccount({ owner: relay.ann.user.id, siteId: 'changing', username: 'ann', secrets: { password: 'first one' } })
  const tokens = { operator: relay.adminToken, ann: await tokenOf(relay, relay.ann.user.id), bob: await tokenOf(relay, relay.bob.user.id) }
  return {
    relay,
    business,
    id,
    async ask(who, method, path, body) {
      const answer = await fetch(`${relay.portalUrl}/api/v1/accounts/${id}${path}`, {
        method,
        headers: { authorization: `Bearer ${tokens[who]}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { status: answer.status, text: await answer.text() }
    },
  }
}

async function tokenOf({ identity }: StartedPortal, userId: string): Promise<string> {
  return (await identity.addDevice(userId, `laptop-${userId}`)).token
}

t.test('a rotation tells every step as a line; the versions are listed without their values, and one can be gone back to', async (t) => {
  const { ask, business, relay, id } = await begin(t)
  const { text } = await ask('operator', 'POST', '/rotate', {})
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; result?: string })
  t.equal(lines[0]?.type, 'started')
  t.ok(lines.filter(({ type }) => type === 'step').length >= 6)
  t.match(
    lines.find(({ type }) => type === 'password'),
    { result: 'taken', version: 2, cause: 'rotated', account: { id } },
  )
  t.equal(lines.at(-1)?.type, 'signed-in')
  const listed = await ask('operator', 'GET', '/versions')
  t.match(JSON.parse(listed.text), [
    { version: 2, state: 'present' },
    { version: 1, state: 'previous' },
  ])
  t.match(JSON.parse((await ask('operator', 'POST', '/revert', { version: 1 })).text)[0], { version: 3, state: 'present', cause: 'reverted' })
  t.equal((await ask('operator', 'POST', '/revert', { version: 9 })).status, 404)
  for (const value of [business.password(), 'first one']) t.notMatch(text + listed.text + relay.logged(), value)
})

t.test('the policy is set, told and taken away', async (t) => {
  const { ask } = await begin(t)
  t.same(JSON.parse((await ask('operator', 'POST', '/rotation', { everyDays: 30, afterUse: true })).text), { everyDays: 30, afterUse: true })
  t.match(JSON.parse((await ask('operator', 'GET', '')).text), { rotation: { everyDays: 30, afterUse: true } })
  for (const wrong of [{ everyDays: 0 }, { everyDays: 1.5 }, { every: 30 }]) t.equal((await ask('operator', 'POST', '/rotation', wrong)).status, 400)
  t.same(JSON.parse((await ask('operator', 'POST', '/rotation', {})).text), {})
  t.notMatch((await ask('operator', 'GET', '')).text, 'rotation')
})

t.test("a device changes nothing about its user's account, and learns nothing of another's", async (t) => {
  const { ask, business } = await begin(t)
  const requests = [
    ['GET', '/versions', undefined],
    ['POST', '/revert', {}],
    ['POST', '/rotate', {}],
    ['POST', '/rotation', { everyDays: 1 }],
  ] as const
  for (const [method, path, body] of requests) {
    t.equal((await ask('ann', method, path, body)).status, 403, path)
    t.equal((await ask('bob', method, path, body)).status, 404, path)
  }
  t.same(business.changes, [])
  t.same(business.tries, [])
})
