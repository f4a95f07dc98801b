import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { isRelayError } from '../../relay/errors.ts'
import type { Principal } from '../../relay/identity/index.ts'
import { createTickets } from '../../relay/sessions/tickets/tickets.ts'
import { openStore } from '../identity/open-store.ts'

/**
 * Law 4: a ticket works once, for its holder, for a short time; a hundred racing claims give one success; at rest its hash only.
 * (That GET and HEAD never redeem is the portal's part; holder and time are in test/sessions/tickets.test.ts.)
 */
const ann: Principal = {
  kind: 'device',
  user: { id: 'ann', name: 'ann', role: 'member', createdAt: 0 },
  device: { id: 'd', userId: 'ann', name: 'laptop', createdAt: 0 },
}

const forms: Readonly<Record<string, (value: string) => string>> = {
  'as it is': (value) => value,
  'as its bytes in hex': (value) => Buffer.from(value, 'base64url').toString('hex'),
  'as its bytes in base64': (value) => Buffer.from(value, 'base64url').toString('base64'),
  'as text in base64': (value) => Buffer.from(value).toString('base64').replace(/=+$/, ''),
  'as text in base64url': (value) => Buffer.from(value).toString('base64url'),
  'as text in hex': (value) => Buffer.from(value).toString('hex'),
  'in a URL': (value) => encodeURIComponent(value),
  'in a URL, every byte escaped': (value) => [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
}

async function readFolder(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const contents = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1'))
  return [...(await Promise.all(contents)), ...files.map(({ name }) => name)].join('\n').toLowerCase()
}

t.test('law 4: of a hundred racing claims one succeeds, ten times over', async (t) => {
  const { store } = await openStore(t)
  // Two doors to one store, as two callers with nothing in common but the store.
  const doors = [createTickets({ store, seconds: 120 }), createTickets({ store, seconds: 120 })]
  for (let round = 0; round < 10; round++) {
    const ticket = await doors[0]?.issue('account', 'ann')
    const claims = Array.from({ length: 100 }, (_, n) => doors[n % 2]?.redeem(ticket?.value ?? '', ann))
    const results = await Promise.allSettled(claims)
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    t.ok(results.every((result) => result.status === 'fulfilled' || isRelayError(result.reason, 'ticket_invalid')))
  }
})

t.test('law 4: at rest a ticket is its hash only, whole or spent', async (t) => {
  const { store, folder } = await openStore(t)
  const tickets = createTickets({ store, seconds: 120 })
  const { value } = await tickets.issue('account-canary', 'ann')
  const { value: spent } = await tickets.issue('account-canary', 'ann')
  await tickets.redeem(spent, ann)
  const disk = await readFolder(folder)
  t.ok(disk.includes('account-canary'), 'this is where it would be')
  for (const [form, encode] of Object.entries(forms)) {
    for (const ticket of [value, spent]) t.notOk(disk.includes(encode(ticket).toLowerCase()), form)
  }
})

t.test('law 4: looking a ticket up, however often, does not spend it', async (t) => {
  const tickets = createTickets({ store: (await openStore(t)).store, seconds: 120 })
  const { value, expiresAt } = await tickets.issue('account', 'ann')
  const found = await Promise.all(Array.from({ length: 50 }, () => tickets.lookup(value)))
  t.ok(found.every((ticket) => ticket?.accountId === 'account'))
  t.strictSame(await tickets.redeem(value, ann), { accountId: 'account', holder: 'ann', expiresAt })
  t.equal(await tickets.lookup(value), undefined)
})

t.test('law 4: a restart neither spends a ticket nor makes a spent one good again', async (t) => {
  const { store, reopen } = await openStore(t)
  const before = createTickets({ store, seconds: 120 })
  const kept = await before.issue('account', 'ann')
  const spent = await before.issue('account', 'ann')
  await before.redeem(spent.value, ann)
  const after = createTickets({ store: await reopen(), seconds: 120 })
  await t.rejects(after.redeem(spent.value, ann), { code: 'ticket_invalid' })
  t.match(await after.redeem(kept.value, ann), { holder: 'ann' })
  const later = createTickets({ store: await reopen(), seconds: 120 })
  await t.rejects(later.redeem(kept.value, ann), { code: 'ticket_invalid' })
})
