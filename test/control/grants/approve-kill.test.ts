import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createGrants } from '../../../relay/control/index.ts'
import { formSite } from '../../form-site.ts'
import { type StartedRelay, startRelay } from '../../start-relay.ts'
import { tempFolder } from '../../temp-folder.ts'

const script = join(import.meta.dirname, 'approving-relay.ts')
const day = 24 * 3_600_000
const prepared = await tempFolder(t)
const approved = await tempFolder(t)

/** bob asks for an account of ann; in the second folder he was told yes. */
t.before(async () => {
  const relay = await startRelay(t, { folder: prepared })
  const [ann, bob] = [
    await relay.identity.addUser({ name: 'ann', password: 'a long one of ann', role: 'member' }),
    await relay.identity.addUser({ name: 'bob', password: 'a long one of bob', role: 'member' }),
  ]
  const origin = 'http://127.0.0.1:9'
  await relay.accounts.addSite(formSite(origin))
  const { id: accountId } = await relay.accounts.addAccount({ owner: ann.id, siteId: 'erp', username: 'ann', secrets: { password: 'pw' } })
  const asked = { named: 'ann/erp', accountId, owner: ann.id, kind: 'leave', why: 'invoices', address: '192.0.2.7' } as const
  await relay.grants.requests.make({ ...asked, requester: bob.id, requesterName: 'bob', wantedUntil: Date.now() + 60 * day })
  await relay.stop()
  await cp(prepared, approved, { recursive: true })
  const second = await startRelay(t, { folder: approved })
  await say(second, 'approve')
  await second.stop()
})

for (const [moment, isLent] of [
  ['after decide', false],
  ['after add', true],
] as const) {
  t.test(`killed ${moment}, a yes has lent the account, or nobody has said it`, async (t) => {
    const folder = await prepare(t)
    const [, signal] = await once(answer(t, folder, 'approve', moment), 'exit')
    t.equal(signal, 'SIGKILL')
    const relay = await startRelay(t, { folder })
    const stands = () => [relay.grants.requests.list(() => true).map(({ state }) => state), relay.grants.list().length]
    t.strictSame(stands(), isLent ? [['approved'], 1] : [['open'], 0])
    const [request] = relay.grants.requests.list(() => true)
    if (!isLent) t.match(request, { by: undefined, byName: undefined, decidedAt: undefined, until: undefined })
    t.equal(await say(relay, 'approve'), isLent ? 409 : 200, 'it can be said once more where it was not')
    t.strictSame(stands(), [['approved'], 1])
    t.match(await relay.audit.verify(), { ok: true })
    await relay.grants.revoke(relay.grants.list()[0]?.id ?? '')
    const standsAfterStart = async (now: () => number) => {
      const { store, identity, accounts, log } = relay
      const again = createGrants({ store, identity, accounts, places: { of: () => [], onReplaced: () => () => undefined }, now, log })
      await again.start()
      await again.stop()
      return [again.requests.list(() => true).map(({ state }) => state), again.list().length]
    }
    t.strictSame(await standsAfterStart(Date.now), [['approved'], 1], 'what is taken back is not asked anew')
    // Nobody remembers the grant by then, and the yes would be good for a month more.
    t.strictSame(await standsAfterStart(() => Date.now() + 32 * day), [[], 0], 'nor when it is forgotten')
  })
}

for (const moment of ['before revoke', 'after revoke']) {
  t.test(`killed ${moment}, a yes that is taken back lends nothing, or can be taken back still`, async (t) => {
    const folder = await prepare(t, approved)
    const [, signal] = await once(answer(t, folder, 'refuse', moment), 'exit')
    t.equal(signal, 'SIGKILL')
    const relay = await startRelay(t, { folder })
    const standing = () => relay.grants.list().map(({ revokedAt }) => revokedAt === undefined)
    const [request] = relay.grants.requests.list(() => true)
    t.equal(request?.state, 'approved')
    t.strictSame(standing(), [moment === 'before revoke'])
    t.equal(await say(relay, 'refuse'), 200)
    t.strictSame(standing(), [false])
    t.match(await relay.audit.verify(), { ok: true })
  })
}

t.test('what a yes lent that is refused in the store is taken back at the start', async (t) => {
  const folder = await prepare(t, approved)
  const before = await startRelay(t, { folder })
  const [request] = before.grants.requests.list(() => true)
  await before.grants.requests.decide(request?.id ?? '', { by: 'local', byName: 'who runs the relay', state: 'refused' })
  await before.stop()
  const relay = await startRelay(t, { folder })
  t.match(relay.grants.list(), [{ revokedAt: Number }])
})

/** Answers the one request, as the local administrator. */
async function say(relay: StartedRelay, how: 'approve' | 'refuse'): Promise<number> {
  const [request] = relay.grants.requests.list(() => true)
  const { status } = await fetch(`${relay.portalUrl}/api/v1/requests/${request?.id}/${how}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' },
    body: '{}',
  })
  return status
}

async function prepare(t: Test, from = prepared): Promise<string> {
  const folder = await tempFolder(t)
  await cp(from, folder, { recursive: true })
  return folder
}

function answer(t: Test, folder: string, how: 'approve' | 'refuse', moment: string) {
  const child = spawn(process.execPath, [script, folder, how, moment], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}
