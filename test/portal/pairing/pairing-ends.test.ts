import t from 'tap'
import { startLendingHouse } from '../../control/grants/lending-house.ts'
import { addPairedTerminal } from '../../identity/add-paired-terminal.ts'
import { until } from '../../until.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import type { Visitor } from '../visitor.ts'
import { spoilPassword, workingAccount } from '../working-site.ts'
import { pairTerminal } from './pair-terminal.ts'

const pairedOf = async (relay: StartedPortal) => (await relay.identity.listDevices(relay.ann.user.id)).filter(({ paired }) => paired !== undefined)
const tokenOf = (terminal: Visitor) => /login-relay-terminal=(lr_[\w-]+)/.exec(terminal.cookie)?.[1] ?? ''

t.test('a session whose own cookies a paired terminal was given ends at the site with the pairing, another stays', async (t) => {
  const relay = await startPortal(t)
  const given = await workingAccount(t, relay, relay.ann)
  const kept = await workingAccount(t, relay, relay.ann)
  const { terminal, phone } = await pairTerminal(relay, relay.ann, [given.account.id, kept.account.id])
  const ask = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${tokenOf(terminal)}`, 'content-type': 'application/json' }
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await answer.json()) as { link?: string; cookies?: unknown[] }
  }
  const { link = '' } = await ask(`/accounts/${given.account.id}/open`, {})
  const claimed = await ask('/tickets/claim', { ticket: link.split('/').at(-1) })
  t.ok((claimed.cookies ?? []).length > 0)
  await relay.sessions.ensure(kept.account.id)
  const [device] = await pairedOf(relay)
  t.same(device?.paired?.handedOver, [given.account.id])
  await phone.get('/devices')
  await phone.post(`/devices/${device?.id}/revoke`)
  await until(() => relay.sessions.live(given.account.id) === undefined, 'the session that was given away ends')
  t.ok(relay.sessions.live(kept.account.id))
})

t.test('a page of a terminal that leads to a site by its own cookies is noted, one by the proxy’s way is not', async (t) => {
  const relay = await startPortal(t)
  const handed = await workingAccount(t, relay, relay.ann, 'handoff')
  const attached = await workingAccount(t, relay, relay.ann)
  const refused = await workingAccount(t, relay, relay.ann)
  const last = refused.account.id
  await spoilPassword(relay, refused.account)
  const { terminal } = await pairTerminal(relay, relay.ann, [handed.account.id, attached.account.id, last])
  for (const { account } of [attached, handed]) {
    const page = await terminal.post(`/terminal/accounts/${account.id}/open`)
    t.match(page.body, /well-known\/login-relay\/deliver\?code=/)
  }
  t.equal((await terminal.post(`/terminal/accounts/${relay.ann.account.id}/open`)).status, 404, 'it was not picked')
  t.equal((await terminal.post(`/terminal/accounts/${handed.account.id}/open`, {}, { csrf: 'x' })).status, 403)
  t.same((await pairedOf(relay))[0]?.paired?.handedOver, [handed.account.id])
  t.equal((await terminal.post(`/terminal/accounts/${last}/open`)).location, '/terminal?done=terminal-failed', 'a site that refuses the password')
})

t.test('an account that is lent can be opened where it was picked, while it is lent', async (t) => {
  const house = await startLendingHouse(t)
  const grant = await house.lend({ user: 'bob' })
  const bob = house.people.bob.user.id
  const open = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return (await fetch(`${house.portalUrl}/api/v1/accounts/${house.account.id}/open`, { method: 'POST', headers, body: '{}' })).status
  }
  const picked = await addPairedTerminal(house, bob, [house.account.id])
  const other = await addPairedTerminal(house, bob, ['another'])
  t.same([await open(picked.token), await open(other.token)], [200, 404])
  await house.grants.revoke(grant)
  t.equal(await open(picked.token), 403)
})

t.test('another password, and an end of everything, end pairings too', async (t) => {
  const relay = await startPortal(t)
  const first = await pairTerminal(relay, relay.ann, [relay.ann.account.id])
  const password = 'a quite different phrase 7'
  await first.phone.get('/security/password')
  await first.phone.post('/security/password', { current: relay.ann.password, password, again: password })
  t.same(await pairedOf(relay), [])
  t.equal((await first.terminal.get('/terminal')).status, 303)
  const second = await pairTerminal(relay, { ...relay.ann, password }, [relay.ann.account.id])
  await second.phone.get('/sessions')
  t.equal((await second.phone.post('/sessions/end-all')).location, '/sessions?done=all-ended')
  t.same(await pairedOf(relay), [])
})
