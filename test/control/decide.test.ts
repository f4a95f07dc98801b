import t from 'tap'
import type { Account } from '../../relay/accounts/index.ts'
import { accountRules, administrationRules, decide, decideAdministration, decideDevice, deviceRules, explain } from '../../relay/control/index.ts'
import type { Principal, User } from '../../relay/identity/index.ts'

const ann: User = { id: 'u-ann', name: 'ann', role: 'member', createdAt: 0 }
const eve: User = { id: 'u-eve', name: 'eve', role: 'member', createdAt: 0 }
const root: User = { id: 'u-root', name: 'root', role: 'admin', createdAt: 0 }
const account: Account = { id: 'a-1', name: 'erp', siteId: 'erp', owner: ann.id, username: 'ann', createdAt: 0, credentialVersion: 1 }

function portal(user: User): Principal {
  return {
    kind: 'portal',
    user,
    session: { id: 's', userId: user.id, csrf: 'c', verifiedAt: 0, createdAt: 0, expiresAt: 1, lastUsedAt: 0, agent: '', address: '' },
  }
}
function device(user: User): Principal {
  return { kind: 'device', user, device: { id: 'd', userId: user.id, name: 'laptop', createdAt: 0 } }
}

function paired(user: User, accounts: readonly string[]): Principal {
  const terminal = { accounts, expiresAt: 1, address: '', agent: '', handedOver: [] }
  return { kind: 'device', user, device: { id: 't', userId: user.id, name: 'terminal', createdAt: 0, paired: terminal } }
}

const principals: Record<string, Principal> = {
  local: { kind: 'local' },
  'ann in the portal': portal(ann),
  "ann's device": device(ann),
  'a terminal paired by ann for it': paired(ann, ['a-0', account.id]),
  'a terminal paired by ann for another account': paired(ann, ['a-0']),
  'a terminal paired by eve for it': paired(eve, [account.id]),
  'eve in the portal': portal(eve),
  "eve's device": device(eve),
  'an administrator in the portal': portal(root),
  "an administrator's device": device(root),
}

t.test('what each principal may do with an account of ann', async (t) => {
  const table: [string, 'use' | 'end' | 'manage', boolean, string][] = [
    ['local', 'use', true, 'local'],
    ['local', 'end', true, 'local'],
    ['local', 'manage', true, 'local'],
    ['ann in the portal', 'use', true, 'owner'],
    ['ann in the portal', 'end', true, 'owner'],
    ['ann in the portal', 'manage', true, 'owner'],
    ["ann's device", 'use', true, 'owner'],
    ["ann's device", 'end', true, 'owner'],
    ["ann's device", 'manage', false, 'device-manages'],
    ['a terminal paired by ann for it', 'use', true, 'owner'],
    ['a terminal paired by ann for it', 'end', false, 'paired-uses'],
    ['a terminal paired by ann for it', 'manage', false, 'paired-uses'],
    ['a terminal paired by ann for another account', 'use', false, 'paired-for-others'],
    ['a terminal paired by ann for another account', 'end', false, 'paired-for-others'],
    ['a terminal paired by ann for another account', 'manage', false, 'paired-for-others'],
    ['a terminal paired by eve for it', 'use', false, 'not-owner'],
    ['eve in the portal', 'use', false, 'not-owner'],
    ['eve in the portal', 'end', false, 'not-owner'],
    ['eve in the portal', 'manage', false, 'not-owner'],
    ["eve's device", 'use', false, 'not-owner'],
    ["eve's device", 'end', false, 'not-owner'],
    ["eve's device", 'manage', false, 'not-owner'],
    ['an administrator in the portal', 'use', false, 'not-owner'],
    ['an administrator in the portal', 'end', false, 'not-owner'],
    ['an administrator in the portal', 'manage', false, 'not-owner'],
    ["an administrator's device", 'use', false, 'not-owner'],
    ["an administrator's device", 'manage', false, 'not-owner'],
  ]
  for (const [who, action, allowed, rule] of table) {
    t.match(decide(principals[who] as Principal, action, account), { allowed, rule }, `${who}: ${action}`)
  }
})

t.test('who may run the relay', async (t) => {
  const table: [string, boolean, string][] = [
    ['local', true, 'local'],
    ['an administrator in the portal', true, 'administrator'],
    ["an administrator's device", false, 'device-administers'],
    ['ann in the portal', false, 'member'],
    ["ann's device", false, 'device-administers'],
  ]
  for (const [who, allowed, rule] of table) t.match(decideAdministration(principals[who] as Principal), { allowed, rule }, who)
})

t.test('who may list, enrol and revoke the devices of ann', async (t) => {
  const table: [string, 'list' | 'add' | 'revoke' | 'certify', boolean, string][] = [
    ['local', 'add', true, 'local'],
    ['local', 'revoke', true, 'local'],
    ['ann in the portal', 'list', true, 'owner'],
    ['ann in the portal', 'add', true, 'owner'],
    ['ann in the portal', 'revoke', true, 'owner'],
    ["ann's device", 'list', true, 'owner'],
    ["ann's device", 'add', false, 'device-enrols'],
    ["ann's device", 'revoke', false, 'device-enrols'],
    ["ann's device", 'certify', false, 'device-enrols'],
    ['eve in the portal', 'list', false, 'not-owner'],
    ['an administrator in the portal', 'add', false, 'not-owner'],
    ["an administrator's device", 'revoke', false, 'not-owner'],
  ]
  for (const [who, action, allowed, rule] of table) t.match(decideDevice(principals[who] as Principal, action, ann.id), { allowed, rule }, `${who}: ${action}`)
})

t.test('a paired terminal may end itself, and do nothing else with a device', async (t) => {
  const terminal = paired(ann, [account.id])
  const actions = ['list', 'add', 'revoke', 'choose', 'certify'] as const
  t.same(
    actions.filter((action) => decideDevice(terminal, action, ann.id, 't').allowed),
    ['list', 'revoke'],
  )
  for (const action of actions) {
    t.match(decideDevice(terminal, action, ann.id, 'd'), { allowed: false, rule: 'paired' }, action)
    t.match(decideDevice(terminal, action, eve.id, 't'), { allowed: false, rule: 'not-owner' }, action)
  }
  t.match(decideAdministration(paired(root, [])), { allowed: false })
})

t.test('every rule and every decision explains itself in one line', async (t) => {
  for (const rules of [accountRules, administrationRules, deviceRules]) {
    t.equal(new Set(rules.map(({ id }) => id)).size, rules.length, 'ids are unique within a policy')
    for (const rule of rules) t.match(explain(rule), /^(allowed|refused) by [a-z-]+: [a-z].+[^.]$/)
  }
  t.equal(explain(decide(portal(eve), 'use', account)), 'refused by not-owner: the account belongs to someone else')
})
