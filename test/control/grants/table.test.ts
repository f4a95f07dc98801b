import t from 'tap'
import { type Answer, type LendingHouse, type Name, startLendingHouse } from './lending-house.ts'

const doors = ['open', 'login', 'proxy', 'ticket claim', 'add', 'remove', 'reveal'] as const
type Door = (typeof doors)[number]

/** How each door of the relay answers somebody who asks for ann's account. */
async function knock(house: LendingHouse, who: Name): Promise<Record<Door, Answer>> {
  const { account } = house
  const { value: ticket } = await house.sessions.tickets.issue(account.id, house.people[who].user.id)
  return {
    open: await house.api(who, 'POST', `/accounts/${account.id}/open`),
    login: await house.api(who, 'POST', `/accounts/${account.id}/login`),
    proxy: await house.proxied(who, '/orders', { account: who === 'ann' ? 'erp' : 'ann/erp' }),
    'ticket claim': await house.api(who, 'POST', '/tickets/claim', { ticket }),
    add: await house.api(who, 'POST', '/accounts', { site: 'erp', user: 'ann', name: `by-${who}`, username: 'u', password: 'p' }),
    remove: await house.api(who, 'DELETE', `/accounts/${account.id}`),
    reveal: await house.api(who, 'GET', `/accounts/${account.id}`),
  }
}

interface Row {
  readonly who: Name
  /** What ann and others do before. */
  readonly before?: (house: LendingHouse, lend: (terms?: object) => Promise<string>) => Promise<unknown>
  /** What the doors of use answer, and what is told of it. */
  readonly use: string
  readonly reason?: RegExp
  readonly rule?: string
  /** Who asks why; default: ann. */
  readonly asker?: Name
  readonly after?: (house: LendingHouse) => Promise<unknown>
}

const ask = (house: LendingHouse, who: Name) => house.api(who, 'POST', '/requests', { account: 'ann/erp', why: 'invoices', hours: 1 })
const latest = async (house: LendingHouse) => ((await house.api('ann', 'GET', '/requests')).text.match(/"id":"([^"]+)"/) ?? [])[1]

const states: Readonly<Record<string, Row>> = {
  granted: { who: 'bob', before: (_, lend) => lend(), use: 'ok', rule: 'granted' },
  'expired grant': {
    who: 'bob',
    before: async (house, lend) => {
      await lend({ until: house.now() + 30_000 })
      house.pass(30_000)
    },
    use: 'grant_refused',
    reason: /run out/,
    rule: 'grant-expired',
  },
  'outside hours': {
    who: 'bob',
    before: (house, lend) => {
      const today = new Date(house.now()).getUTCDay()
      // Neither today nor tomorrow: midnight may pass meanwhile.
      const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][(today + 3) % 7]
      return lend({ hours: { days: [day], zone: 'UTC' } })
    },
    use: 'grant_refused',
    reason: /other hours/,
    rule: 'outside-hours',
  },
  'outside network': {
    who: 'bob',
    before: (_, lend) => lend({ networks: ['192.0.2.0/24'] }),
    use: 'grant_refused',
    reason: /other networks/,
    rule: 'outside-networks',
  },
  'needs approval': { who: 'bob', before: (_, lend) => lend({ approval: [] }), use: 'grant_refused', reason: /somebody must say yes/, rule: 'approval-wanted' },
  approved: {
    who: 'bob',
    before: async (house, lend) => {
      await lend({ approval: ['carl'] })
      await ask(house, 'bob')
      t.match(await house.api('carl', 'POST', `/requests/${await latest(house)}/approve`), { status: 200, json: { by: 'carl', why: 'invoices' } })
    },
    use: 'ok',
    rule: 'approved',
  },
  'self-approved': {
    who: 'bob',
    before: async (house, lend) => {
      await lend({ approval: ['bob', 'carl'] })
      await ask(house, 'bob')
      t.match(await house.api('bob', 'POST', `/requests/${await latest(house)}/approve`), { status: 403, text: /nobody approves for himself/ })
    },
    use: 'grant_refused',
    reason: /somebody must say yes/,
    rule: 'approval-wanted',
  },
  revoked: {
    who: 'bob',
    before: async (house, lend) => {
      const id = await lend()
      t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { status: 200 })
      t.equal((await house.api('ann', 'DELETE', `/grants/${id}`)).status, 204)
    },
    use: 'grant_refused',
    reason: /revoked/,
    rule: 'grant-revoked',
  },
  'owner disabled': {
    who: 'bob',
    before: async (house, lend) => {
      await lend()
      t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { status: 200 })
      t.ok(await house.identity.disableUser(house.people.ann.user.id))
    },
    use: 'grant_refused',
    reason: /its owner may not sign in/,
    rule: 'owner-disabled',
    asker: 'root',
    after: (house) => house.identity.enableUser(house.people.ann.user.id),
  },
  admin: { who: 'root', use: 'account_unknown', rule: 'not-owner' },
  auditor: { who: 'eve', use: 'account_unknown', rule: 'not-owner' },
  stranger: { who: 'carl', use: 'account_unknown', rule: 'not-owner' },
}

t.test('every door allows or refuses an account, with the reason', async (t) => {
  const house = await startLendingHouse(t, { who: ['ann', 'bob', 'carl', 'root', 'eve'] })
  for (const [state, { who, before, use, reason, rule, asker = 'ann', after }] of Object.entries(states)) {
    let grant: string | undefined
    await before?.(house, async (terms = {}) => {
      const lent = await house.api('ann', 'POST', '/grants', {
        account: 'erp',
        to: { user: who },
        ...('approval' in terms || 'until' in terms ? {} : {}),
        ...terms,
      })
      t.equal(lent.status, 201, `${state}: ${lent.text}`)
      grant = String(lent.json.id)
      return grant
    })
    const answers = await knock(house, who)
    for (const door of ['open', 'login', 'proxy'] as const) {
      t.match(answers[door], { code: use, ...(reason === undefined ? {} : { text: reason }) }, `${state}: ${door}: ${answers[door].text}`)
    }
    // What is lent goes without its cookies, unless the grant says so.
    const claim = use === 'ok' ? 'handoff_unavailable' : use === 'account_unknown' ? 'ticket_not_yours' : use
    t.match(answers['ticket claim'], { code: claim, ...(reason === undefined ? {} : { text: reason }) }, `${state}: claim`)
    t.match(answers.add, { code: 'forbidden', text: /for yourself alone/ }, `${state}: add`)
    for (const door of ['remove', 'reveal'] as const) {
      const refusal = use === 'ok' ? { code: 'forbidden', text: /for nothing else/ } : { code: use }
      t.match(answers[door], refusal, `${state}: ${door}`)
      t.notMatch(answers[door].text, 'ann-at-erp')
    }
    t.match((await house.api(asker, 'GET', `/why?user=${who}&account=ann/erp&address=127.0.0.1`)).json, { allowed: use === 'ok', rule }, `${state}: why`)
    await after?.(house)
    if (grant !== undefined) await house.grants.remove(grant)
    for (const { id, state: stands } of house.grants.requests.list(() => true)) {
      if (stands !== 'refused') await house.grants.requests.decide(id, { state: 'refused', by: 'local', byName: 'the test' })
    }
  }
  await house.lend({ user: 'bob' }, { handoff: true })
  t.match(
    (await knock(house, 'bob'))['ticket claim'],
    { status: 200, json: { cookies: [{ name: 'sid' }] } },
    'real cookies are given out where the grant says so',
  )
  const toldTo = async (asker: Name) => (await house.api(asker, 'GET', '/why?user=bob&account=ann/erp')).json.others
  t.match(await toldTo('ann'), [{ to: 'user bob', terms: [String] }])
  t.match(await toldTo('root'), [{ to: 'user bob', terms: undefined }], 'who runs the relay is told the rule, not the terms')
  const owner = await knock(house, 'ann')
  for (const door of doors.filter((one) => one !== 'reveal')) t.equal(owner[door].code, 'ok', `owner: ${door}: ${owner[door].text}`)
  t.equal(owner.reveal.code, 'account_unknown', 'owner: it is removed')
})
