import t from 'tap'
import { type LendingHouse, startLendingHouse } from './lending-house.ts'

const hour = 3_600_000

t.test('requests are kept, answered alike, and refused where they mean nothing', async (t) => {
  const house = await startLendingHouse(t)
  await t.test('terms that mean nothing are refused', async (t) => {
    const wrong: object[] = [
      { until: 1, from: 2 },
      { networks: ['10.1/8'] },
      { networks: ['192.0.2.0/33'] },
      { networks: [] },
      { hours: { zone: 'Mars/Olympus', days: ['mon'] } },
      { hours: { zone: 'UTC', from: '9:00', to: '17:00' } },
      { hours: { zone: 'UTC' } },
      { denyPaths: ['/'] },
      { handoff: true, readOnly: true },
      { emergency: { waitHours: 0 } },
      { emergency: { waitHours: 28 * 24 + 1 } },
      { emergency: { waitHours: 1 }, approval: [] },
      { to: { user: 'ann' } },
      { to: {} },
    ]
    for (const terms of wrong)
      t.match(
        await house.api('ann', 'POST', '/grants', { account: 'erp', to: { device: `ann/${house.people.ann.device.name}` }, ...terms }),
        { status: 400 },
        JSON.stringify(terms),
      )
    t.match(await house.api('ann', 'POST', '/grants', { account: 'erp', to: { user: 'zoe' } }), { code: 'not_found' })
    t.same(house.grants.list(), [])
  })

  await t.test('asking for what is there and for what is not is answered alike, and reads alike afterwards', async (t) => {
    const ask = async (account: string) => {
      const { status, json } = await house.api('bob', 'POST', '/requests', { account, why: 'x' })
      const { id, at, wantedUntil, account: named, ...rest } = json
      return { id: String(id), answer: { status, keys: Object.keys(json), named: named === account, rest } }
    }
    const [there, not, nobody] = [await ask('ann/erp'), await ask('ann/none'), await ask('zoe/erp')]
    t.same(not.answer, there.answer)
    t.same(nobody.answer, there.answer)
    t.equal((await house.api('ann', 'GET', '/requests')).text.match(/"id"/g)?.length, 1, 'the owner is asked')
    t.match(await house.api('bob', 'POST', `/requests/${there.id}/approve`), { code: 'forbidden' })
    t.match(await house.api('bob', 'POST', `/requests/${not.id}/approve`), { code: 'forbidden' })
    await house.api('ann', 'POST', `/requests/${there.id}/refuse`)
    for (const { id } of [there, not, there, not])
      t.match(await house.api('bob', 'POST', `/requests/${id}/refuse`), { status: 200, json: { state: 'open' } }, 'he takes back what he asked, either alike')
    const seen = JSON.parse((await house.api('bob', 'GET', '/requests')).text) as { state: string }[]
    t.same(
      seen.map(({ state }) => state),
      ['open', 'open', 'open'],
      'a no is not told',
    )
    const record = (await house.api('bob', 'GET', '/audit?act=request.')).text
    t.equal(record, '[]', 'the record tells him nothing of either')
  })

  await t.test('a yes does not go round the terms of a grant', async (t) => {
    const { bob } = house.people
    const ask = async () => (await house.api('bob', 'POST', '/requests', { account: 'ann/erp', why: 'x' })).json
    const grant = await house.lend({ device: `bob/${bob.device.name}` }, { approval: [], readOnly: true })
    const asked = await ask()
    t.equal(asked.kind, 'approval', 'he asks for what his device may have')
    t.equal((await house.api('ann', 'POST', `/requests/${asked.id}/approve`)).status, 200)
    t.match(await house.proxied('bob', '/', { account: 'ann/erp' }), { status: 200 })
    t.match(await house.proxied('bob', '/', { account: 'ann/erp', method: 'DELETE' }), { code: 'grant_read_only' })
    t.match(await house.api('bob', 'POST', `/accounts/${house.account.id}/open`), { code: 'account_unknown' }, 'and he himself has not')
    await house.grants.remove(grant)
    const limited = await house.lend({ user: 'bob' }, { readOnly: true, networks: ['192.0.2.0/24'] })
    const { id, kind } = await ask()
    t.equal(kind, 'leave')
    t.match(await house.api('ann', 'POST', `/requests/${id}/approve`), { code: 'already_exists', text: /other terms/ })
    t.equal(house.grants.list().length, 1)
    await house.grants.remove(limited)
  })

  await t.test('what is lent, asked and who is in which group is there after a restart', async (t) => {
    const revoked = await house.lend({ user: 'bob' }, { readOnly: true })
    await house.grants.revoke(revoked)
    const group = await house.grants.groups.add('accounting')
    await house.grants.groups.setMember(group.id, house.people.bob.user.id, true)
    await house.lend({ group: 'Accounting' }, { approval: ['bob'], hours: { days: ['mon'], zone: 'Asia/Kathmandu' }, networks: ['2001:db8::/32'] })
    await house.api('bob', 'POST', '/requests', { account: 'ann/erp', why: 'x' })
    const before = [house.grants.list(), house.grants.requests.list(() => true), house.grants.groups.list()]
    const { createGrants } = await import('../../../relay/control/index.ts')
    const again = createGrants({
      store: house.store,
      identity: house.identity,
      accounts: house.accounts,
      places: { of: () => [], onReplaced: () => () => undefined },
      now: house.now,
      log: house.log,
    })
    await again.start()
    t.same([again.list(), again.requests.list(() => true), again.groups.list()], before)
    await again.stop()
    await house.accounts.removeAccount(house.account.id)
    t.same([house.grants.list(), house.grants.requests.list(({ accountId }) => accountId !== undefined)], [[], []], 'they go with the account')
  })
})

t.test('time passes', async (t) => {
  const house = await startLendingHouse(t)
  await t.test('a yes that is taken back takes back what it lent', async (t) => {
    const { id } = (await house.api('bob', 'POST', '/requests', { account: 'ann/erp', why: 'invoices' })).json
    t.equal((await house.api('ann', 'POST', `/requests/${id}/approve`)).status, 200)
    t.match(await house.proxied('bob', '/', { account: 'ann/erp' }), { status: 200 })
    t.equal((await house.api('ann', 'POST', `/requests/${id}/refuse`)).status, 200)
    t.match(await house.proxied('bob', '/', { account: 'ann/erp' }), { code: 'grant_refused', text: /revoked/ })
    for (const { id } of house.grants.list()) await house.grants.remove(id)
  })

  await t.test('of a hundred who approve at once one does, and what he approved is lent until then', async (t) => {
    const { id } = (await house.api('bob', 'POST', '/requests', { account: 'ann/erp', why: 'invoices', hours: 1 })).json
    t.match(await house.api('bob', 'POST', `/accounts/${house.account.id}/open`), { code: 'account_unknown' })
    const answers = await Promise.all(Array.from({ length: 100 }, () => house.api('ann', 'POST', `/requests/${id}/approve`)))
    const codes = Map.groupBy(answers, ({ code }) => code)
    t.equal(codes.get('ok')?.length, 1)
    t.equal(codes.get('request_decided')?.length, 99)
    t.equal(house.grants.list().length, 1)
    t.equal((await house.api('bob', 'POST', `/accounts/${house.account.id}/open`)).status, 200)
    house.pass(hour - 60_000)
    t.match(await house.proxied('bob', '/', { account: 'ann/erp' }), { status: 200 })
    house.pass(60_000)
    t.match(await house.proxied('bob', '/', { account: 'ann/erp' }), { code: 'grant_refused', text: /run out/ })
    for (const { id } of house.grants.list()) await house.grants.remove(id)
  })

  await t.test('an emergency waits for its period, in which the owner can refuse it', async (t) => {
    // Her session ends two hours after its last use.
    await house.api('ann', 'GET', '/grants')
    await house.lend({ user: 'bob' }, { emergency: { waitHours: 1 } })
    const use = () => house.proxied('bob', '/', { account: 'ann/erp' })
    const ask = () => house.api('bob', 'POST', '/requests', { account: 'ann/erp', why: 'ann is ill' })
    t.match(await use(), { code: 'grant_refused', text: /for emergencies/ })
    t.match(await ask(), { json: { kind: 'emergency', effectiveAt: Number } })
    t.match(await ask(), { code: 'already_exists' }, 'it is asked for once')
    const [first] = house.grants.requests.list(({ kind }) => kind === 'emergency')
    // As when he asks twice in one moment.
    if (first !== undefined) await house.grants.requests.make(first)
    t.match(await use(), { text: /waiting period is not over/ })
    house.pass(hour)
    t.match(await use(), { status: 200 })
    t.equal((await house.api('ann', 'POST', `/requests/${first?.id}/refuse`)).status, 200)
    t.match(await use(), { text: /the owner refused/ })
    for (const { id } of house.grants.list()) await house.grants.remove(id)
  })

  await t.test('of an emergency the whole waiting period is time in which the owner can refuse', async (t) => {
    const { ann, bob } = house.people
    const grant = await house.lend({ user: 'bob' }, { emergency: { waitHours: 2 } })
    const rule = async () => {
      const { allowed, rule } = await house.grants.may({ kind: 'portal', user: bob.user, session: { id: '' } } as never, 'use', house.account, '127.0.0.1')
      return { allowed, rule }
    }
    const asked = await local(house, '/requests', { account: 'ann/erp', why: 'ann is ill', user: 'bob' })
    t.match(asked, { kind: 'emergency', effectiveAt: Number })
    await house.identity.disableUser(ann.user.id)
    house.pass(3 * hour)
    t.strictSame(await rule(), { allowed: false, rule: 'owner-disabled' })
    await house.identity.enableUser(ann.user.id)
    t.strictSame(await rule(), { allowed: false, rule: 'emergency-waits' }, 'it begins anew when she is let in again')
    const again = await fetch(`${house.portalUrl}/api/v1/requests`, { headers: { authorization: `Bearer ${house.adminToken}` } })
    const [seen] = ((await again.json()) as { id: string; effectiveAt: number }[]).filter(({ id }) => id === asked.id)
    t.ok((seen?.effectiveAt ?? 0) >= Number(asked.effectiveAt) + 3 * hour, 'and the request says so')
    house.pass(2 * hour - 60_000)
    t.strictSame(await rule(), { allowed: false, rule: 'emergency-waits' })
    house.pass(60_000)
    t.strictSame(await rule(), { allowed: true, rule: 'emergency' })
    await house.grants.remove(grant)
  })

  await t.test('what a grant wants is asked for, whichever of its terms is not met', async (t) => {
    const { ann } = house.people
    const outside = { networks: ['192.0.2.0/24'] }
    const unplaced = { places: ['DE'] }
    const closed = { from: house.now() + hour }
    for (const terms of [outside, unplaced, closed, {}])
      for (const [wants, kind] of [
        [{ approval: [] }, 'approval'],
        [{ emergency: { waitHours: 1 } }, 'emergency'],
      ] as const) {
        const grant = await house.lend({ user: 'bob' }, { ...terms, ...wants })
        await house.identity.disableUser(ann.user.id)
        const ask = () => local(house, '/requests', { account: 'ann/erp', why: 'x', user: 'bob' })
        const asked = await ask()
        t.match(asked, { kind, state: 'open' }, `${JSON.stringify(terms)} while she is disabled`)
        await house.identity.enableUser(ann.user.id)
        t.match(await local(house, `/requests/${asked.id}/approve`, { hours: 1 }), { state: 'approved' }, 'and a yes to it counts')
        await local(house, `/requests/${asked.id}/refuse`, {})
        t.match(await ask(), { kind }, JSON.stringify(terms))
        await house.grants.remove(grant)
      }
  })

  await t.test('what has run out makes room after a while', async (t) => {
    const to = { kind: 'user', id: house.people.bob.user.id, name: 'bob' } as const
    const until = house.now() + hour
    await Promise.all(Array.from({ length: 200 }, () => house.grants.add(house.account, to, { until })))
    await t.rejects(house.grants.add(house.account, to, {}), { code: 'bad_request' })
    house.pass(31 * 24 * hour)
    await house.grants.add(house.account, to, {})
    t.equal(house.grants.list().length, 1)
  })
})

/** What the local administrator is answered. */
async function local(house: LendingHouse, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${house.portalUrl}/api/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${house.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await answer.json()) as Record<string, unknown>
}
