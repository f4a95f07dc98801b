import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import type { Account } from '../../relay/accounts/index.ts'
import { isWithinHours } from '../../relay/control/grants/hours.ts'
import { isInNetworks } from '../../relay/control/grants/networks.ts'
import { type AccessRequest, approvalRules, decide, decideApproval, explain, type Grant, grantRules, type LendingFacts } from '../../relay/control/index.ts'
import type { Principal, User } from '../../relay/identity/index.ts'
import fc from '../property.ts'

const hour = 3_600_000
/** A Wednesday, 09:30 in Berlin. */
const now = Date.parse('2026-01-14T08:30:00Z')
const person = (name: string, role: User['role'] = 'member'): User => ({ id: `u-${name}`, name, role, createdAt: 0 })
const [ann, bob, eve, root] = [person('ann'), person('bob'), person('eve'), person('root', 'admin')]
const account: Account = { id: 'a-1', name: 'erp', siteId: 'erp', owner: ann.id, username: 'ann', createdAt: 0, credentialVersion: 1 }

function portal(user: User): Extract<Principal, { kind: 'portal' }> {
  const session = { id: 's', userId: user.id, csrf: 'c', verifiedAt: 0, createdAt: 0, expiresAt: 1, lastUsedAt: 0, agent: '', address: '' }
  return { kind: 'portal', user, session }
}
function device(user: User, id = 'd'): Extract<Principal, { kind: 'device' }> {
  return { kind: 'device', user, device: { id, userId: user.id, name: 'laptop', createdAt: 0 } }
}
function grant(terms: Partial<Grant> = {}): Grant {
  return { id: 'g', accountId: account.id, owner: ann.id, ownerName: 'ann', to: { kind: 'user', id: bob.id, name: 'bob' }, createdAt: 0, ...terms }
}
function request(given: Partial<AccessRequest>): AccessRequest {
  return {
    id: 'r',
    named: 'ann/erp',
    accountId: account.id,
    owner: ann.id,
    grantId: 'g',
    kind: 'approval',
    requester: bob.id,
    requesterName: 'bob',
    why: 'x',
    wantedUntil: now + hour,
    at: now,
    address: '',
    state: 'open',
    ...given,
  }
}
function facts(grants: readonly Grant[], more: Partial<LendingFacts> = {}): LendingFacts {
  return { now, isOwnerDisabled: false, address: '192.0.2.7', places: [], grants, groups: new Set(), requests: [], ...more }
}
const ruleFor = (principal: Principal, given: LendingFacts, action: 'use' | 'keep' | 'end' | 'manage' = 'use') => decide(principal, action, account, given).rule

t.test('of several grants that say yes the widest comes first, then the others, in whatever order they were given', async () => {
  const grants = [
    grant({ id: 'no', revokedAt: 1 }),
    grant({ id: 'reads', readOnly: true }),
    grant({ id: 'reads-most', readOnly: true, denyPaths: ['/pay'] }),
    grant({ id: 'most', denyPaths: ['/pay'] }),
    grant({ id: 'full' }),
    grant({ id: 'cookies', handoff: true }),
  ]
  const order = ['no', 'reads-most', 'reads', 'most', 'full', 'cookies']
  fc.assert(
    fc.property(fc.shuffledSubarray(grants, { minLength: 1 }), (some) => {
      const wanted = some.map(({ id }) => id).sort((one, other) => order.indexOf(other) - order.indexOf(one))
      const { allowed, grant, others = [] } = decide(portal(bob), 'use', account, facts(some))
      const said = [grant?.id, ...others.map((one) => one.grant?.id)]
      return allowed
        ? isDeepStrictEqual(
            said,
            wanted.filter((id) => id !== 'no'),
          )
        : isDeepStrictEqual(said, ['no'])
    }),
  )
})

t.test('each term of a grant refuses by a rule of its own', async (t) => {
  const approved = (by: string) => ({ requests: [request({ state: 'approved', by, until: now + hour })] })
  const emergency = { emergency: { waitHours: 48 } }
  const asked = (ago: number, state: AccessRequest['state'] = 'open') => ({ requests: [request({ kind: 'emergency', at: now - ago * hour, state })] })
  const table: [string, Grant, Partial<LendingFacts>][] = [
    ['granted', grant(), {}],
    ['grant-revoked', grant({ revokedAt: now - 1 }), {}],
    ['granted', grant({ until: now + 1 }), {}],
    ['grant-expired', grant({ until: now }), {}],
    ['owner-disabled', grant(), { isOwnerDisabled: true }],
    ['owner-disabled', grant({ emergency: { waitHours: 48 } }), { isOwnerDisabled: true, ...asked(48) }],
    ['owner-disabled', grant({ approval: { by: [] } }), { isOwnerDisabled: true, ...approved(ann.id) }],
    ['grant-revoked', grant({ revokedAt: now - 1 }), { isOwnerDisabled: true }],
    ['granted', grant({ from: now }), {}],
    ['grant-early', grant({ from: now + 1 }), {}],
    ['granted', grant({ networks: ['192.0.2.0/24'] }), {}],
    ['outside-networks', grant({ networks: ['192.0.3.0/24'] }), {}],
    ['outside-networks', grant({ networks: ['0.0.0.0/0', '::/0'] }), { address: undefined }],
    ['granted', grant({ places: ['DE'] }), { places: ['DE', 'DE-BY'] }],
    ['outside-places', grant({ places: ['DE'] }), { places: ['FR'] }],
    ['place-unknown', grant({ places: ['DE'] }), {}],
    ['granted', grant({ hours: { days: ['wed'], from: '09:00', to: '17:00', zone: 'Europe/Berlin' } }), {}],
    ['outside-hours', grant({ hours: { days: ['tue'], zone: 'Europe/Berlin' } }), {}],
    ['outside-hours', grant({ hours: { from: '09:00', to: '17:00', zone: 'UTC' } }), {}],
    ['approval-wanted', grant({ approval: { by: [] } }), {}],
    ['approved', grant({ approval: { by: [] } }), approved(ann.id)],
    ['self-approved', grant({ approval: { by: [bob.id] } }), approved(bob.id)],
    ['approval-wanted', grant({ approval: { by: [] } }), { ...approved(ann.id), now: now + hour }],
    ['approval-wanted', grant({ approval: { by: [] }, id: 'another' }), approved(ann.id)],
    ['grant-expired', grant({ approval: { by: [] }, until: now }), approved(ann.id)],
    ['emergency-not-asked', grant(emergency), {}],
    ['emergency-waits', grant(emergency), asked(47)],
    ['emergency', grant(emergency), asked(48)],
    ['emergency-refused', grant(emergency), asked(48, 'refused')],
    ['emergency-not-asked', grant(emergency), asked(48 + 24)],
  ]
  for (const [rule, one, more] of table) t.equal(ruleFor(portal(bob), facts([one], more)), rule, `${rule} ${JSON.stringify(one)}`)
})

t.test('a grant is good for whom it names, for use alone', async (t) => {
  const toGroup = grant({ to: { kind: 'group', id: 'grp', name: 'accounting' } })
  const toDevice = grant({ to: { kind: 'device', id: 'd1', name: 'bob/laptop' } })
  const cases: [string, Principal, LendingFacts][] = [
    ['granted', device(bob), facts([grant()])],
    ['not-owner', portal(eve), facts([grant()])],
    ['not-owner', portal(root), facts([grant()])],
    ['granted', portal(bob), facts([toGroup], { groups: new Set(['grp']) })],
    ['not-owner', portal(bob), facts([toGroup])],
    ['granted', device(bob, 'd1'), facts([toDevice])],
    ['not-owner', device(bob, 'd2'), facts([toDevice])],
    ['not-owner', portal(bob), facts([toDevice])],
    ['not-owner', portal(bob), facts([grant({ accountId: 'a-2' })])],
    ['not-owner', portal(bob), facts([grant({ owner: eve.id })])],
    ['granted', portal(bob), facts([grant({ revokedAt: 1 }), grant({ id: 'second' })])],
    ['outside-hours', portal(bob), facts([grant({ hours: { days: ['sun'], zone: 'UTC' } }), grant({ revokedAt: 1 })])],
  ]
  for (const [rule, principal, given] of cases) t.equal(ruleFor(principal, given), rule)
  for (const action of ['keep', 'end', 'manage'] as const) t.equal(ruleFor(portal(bob), facts([grant()]), action), 'lent-for-use')
})

t.test('who may decide on a request', async (t) => {
  const named = grant({ approval: { by: [eve.id, bob.id] } })
  const cases: [string, Principal, AccessRequest, Grant | undefined][] = [
    ['owner', portal(ann), request({}), named],
    ['approver', portal(eve), request({}), named],
    ['self-approved', portal(bob), request({}), named],
    ['device-approves', device(ann), request({}), named],
    ['not-asked', portal(root), request({}), named],
    ['not-asked', portal(eve), request({ kind: 'emergency' }), named],
    ['owner', portal(ann), request({ kind: 'leave', grantId: undefined as never }), undefined],
    ['grant-gone', portal(ann), request({}), undefined],
    ['grant-gone', portal(ann), request({}), grant({ revokedAt: 1 })],
    ['local', { kind: 'local' }, request({}), named],
  ]
  for (const [rule, principal, asked, of] of cases) t.equal(decideApproval(principal, asked, of).rule, rule)
  for (const rules of [grantRules, approvalRules]) {
    t.equal(new Set(rules.map(({ id }) => id)).size, rules.length)
    for (const rule of rules) t.match(explain(rule), /^(allowed|refused) by [a-z-]+: [a-z].+[^.]$/)
  }
})

t.test('hours go by the clock on the wall, past midnight and through the change to summer time', async (t) => {
  const at = (text: string) => Date.parse(text)
  const night = { days: ['fri' as const], from: '22:00', to: '06:00', zone: 'Europe/Berlin' }
  t.ok(isWithinHours(night, at('2026-01-16T21:30:00Z')), 'Friday, half past ten')
  t.ok(isWithinHours(night, at('2026-01-17T04:59:00Z')), 'Saturday before six')
  t.notOk(isWithinHours(night, at('2026-01-17T05:00:00Z')))
  t.notOk(isWithinHours(night, at('2026-01-16T04:00:00Z')), 'Friday morning belongs to Thursday')
  const office = { from: '09:00', to: '17:00', zone: 'Europe/Berlin' }
  t.ok(isWithinHours(office, at('2026-03-27T08:00:00Z')), 'winter')
  t.notOk(isWithinHours(office, at('2026-03-30T06:59:00Z')))
  t.ok(isWithinHours(office, at('2026-03-30T07:00:00Z')), 'summer')
})

t.test('every moment is within exactly one of two halves of a day', async (t) => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia')
  const times = fc.integer({ min: 0, max: 1439 }).map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`)
  fc.assert(
    fc.property(zones, times, times, fc.integer({ min: 0, max: 4_000_000_000_000 }), (zone, from, to, moment) => {
      fc.pre(from !== to)
      return isWithinHours({ from, to, zone }, moment) !== isWithinHours({ from: to, to: from, zone }, moment)
    }),
    { numRuns: 200 },
  )
  t.pass()
})

t.test('networks hold what they say, however the address is written', async (t) => {
  t.ok(isInNetworks(['192.0.2.0/24'], '::ffff:192.0.2.200'))
  t.notOk(isInNetworks(['192.0.2.0/24'], '192.0.3.1'))
  t.ok(isInNetworks(['2001:db8::/32'], '2001:db8:1::1'))
  t.notOk(isInNetworks(['::/0'], '192.0.2.1'), 'another family')
  t.ok(isInNetworks(['192.0.2.7'], '192.0.2.7'))
  t.notOk(isInNetworks(['192.0.2.7'], 'none'))
})
