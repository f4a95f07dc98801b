import t, { type Test } from 'tap'
import type { Principal } from '../../relay/identity/index.ts'
import type { Tickets } from '../../relay/sessions/index.ts'
import { createTickets } from '../../relay/sessions/tickets/tickets.ts'
import { second, setClock } from '../identity/clock.ts'
import { openStore } from '../identity/open-store.ts'

const local: Principal = { kind: 'local' }

function device(userId: string): Principal {
  return {
    kind: 'device',
    user: { id: userId, name: userId, role: 'admin', createdAt: 0 },
    device: { id: 'd', userId, name: 'laptop', createdAt: 0 },
  }
}

async function open(t: Test): Promise<{ tickets: Tickets; clock: ReturnType<typeof setClock>; stored: () => Promise<number> }> {
  const { store } = await openStore(t)
  const clock = setClock()
  const tickets = createTickets({ store, now: clock.now, seconds: 120 })
  return { tickets, clock, stored: async () => (await store.collection({ name: 'tickets' }).list()).length }
}

t.test('a ticket is redeemed by its holder', async (t) => {
  const { tickets, clock } = await open(t)
  const { value, expiresAt } = await tickets.issue('account', 'ann')
  t.match(value, /^[A-Za-z0-9_-]{43}$/)
  t.equal(expiresAt, clock.now() + 120 * second)
  t.strictSame(await tickets.redeem(value, device('ann')), { accountId: 'account', holder: 'ann', expiresAt })
})

t.test('another user is refused, an administrator too, and the ticket is not spent by it', async (t) => {
  const { tickets } = await open(t)
  const { value } = await tickets.issue('account', 'ann')
  await t.rejects(tickets.redeem(value, device('eve')), { code: 'ticket_not_yours' })
  t.match(await tickets.redeem(value, device('ann')), { holder: 'ann' })
})

t.test('the person who runs the relay redeems for the holder', async (t) => {
  const { tickets } = await open(t)
  const { value } = await tickets.issue('account', 'ann')
  t.match(await tickets.redeem(value, local), { holder: 'ann' })
})

t.test('an expired ticket is nothing, and is swept from the store', async (t) => {
  const { tickets, clock, stored } = await open(t)
  const { value } = await tickets.issue('account', 'ann')
  clock.pass(120 * second - 1)
  t.ok(await tickets.lookup(value))
  clock.pass(1)
  t.equal(await tickets.lookup(value), undefined)
  await t.rejects(tickets.redeem(value, device('ann')), { code: 'ticket_invalid' })
  await tickets.issue('account', 'ann')
  t.equal(await stored(), 1)
})

t.test("an account's tickets and delivery codes are revoked together, others stay", async (t) => {
  const { tickets } = await open(t)
  const mine = [await tickets.issue('account', 'ann'), await tickets.issue('account', 'ann')]
  const other = await tickets.issue('other', 'ann')
  const spent = await tickets.issue('account', 'ann')
  const code = tickets.issueDelivery(await tickets.redeem(spent.value, local))
  const otherCode = tickets.issueDelivery({ accountId: 'other', holder: 'ann', expiresAt: 0 })
  t.equal(await tickets.revoke('account'), 2)
  for (const { value } of mine) await t.rejects(tickets.redeem(value, local), { code: 'ticket_invalid' })
  t.equal(tickets.takeDelivery(code, 'ann'), undefined)
  t.ok(await tickets.lookup(other.value))
  t.ok(tickets.takeDelivery(otherCode, 'ann'))
})

t.test('what is no ticket finds nothing', async (t) => {
  const { tickets } = await open(t)
  const { value } = await tickets.issue('account', 'ann')
  for (const other of ['', 'x', `${value}=`, ` ${value}`, value.slice(1), '__proto__', 'x'.repeat(43), 'x'.repeat(1_000_000)]) {
    t.equal(await tickets.lookup(other), undefined)
    await t.rejects(tickets.redeem(other, local), { code: 'ticket_invalid' })
  }
})

t.test('a delivery code is good once, for its user, for a minute', async (t) => {
  const { tickets, clock } = await open(t)
  const ticket = { accountId: 'account', holder: 'ann', expiresAt: 0 }
  const code = tickets.issueDelivery(ticket)
  t.match(code, /^[A-Za-z0-9_-]{43}$/)
  t.equal(tickets.takeDelivery(code, 'eve'), undefined, "another's try does not spend it")
  t.strictSame(tickets.takeDelivery(code, 'ann'), ticket)
  t.equal(tickets.takeDelivery(code, 'ann'), undefined)

  const late = tickets.issueDelivery(ticket)
  const early = tickets.issueDelivery(ticket)
  clock.pass(60 * second - 1)
  t.ok(tickets.takeDelivery(early, 'ann'))
  clock.pass(1)
  t.equal(tickets.takeDelivery(late, 'ann'), undefined)
  t.equal(tickets.takeDelivery('', 'ann'), undefined)
})
