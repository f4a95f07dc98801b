import { mock } from 'node:test'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type ChangingSite, startChangingSite } from '../sites/changing-site.ts'
import { enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

// The schedule looks once a minute: both that minute and the calendar are moved by hand.
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

mock.timers.enable({ apis: ['setInterval'] })
t.teardown(() => mock.timers.reset())

interface Scene {
  readonly business: ChangingSite
  readonly accountId: string
  relay: StartedRelay
  /** Moves the calendar, and lets the schedule look once. */
  pass(milliseconds: number): Promise<void>
  /** Stops the relay, and starts another one on what it left. */
  restart(): Promise<void>
  /** Waits until so many changes were asked for at the site and the last one is settled. */
  changed(times: number): Promise<void>
}

async function begin(t: Test): Promise<Scene> {
  let now = Date.now()
  const business = await startChangingSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const start = { folder: await tempFolder(t), now: () => now }
  const relay = await startRelay(t, start)
  const { account } = await enrol(relay, { url: business.url, username: 'ann', password: 'first one' })
  const scene: Scene = {
    business,
    accountId: account.id,
    relay,
    async pass(milliseconds) {
      now += milliseconds
      mock.timers.tick(minute)
      await turn()
    },
    async restart() {
      await scene.relay.stop()
      scene.relay = await startRelay(t, start)
    },
    async changed(times) {
      const ends = () => scene.relay.logged().match(/the account (?:has|could not be given) a new password/g)?.length ?? 0
      while (business.changes.length < times || ends() === 0) await wait(5)
    },
  }
  return scene
}

t.test('every 30 days: not a day earlier, after a restart too, and then not again for 30 days', async (t) => {
  const scene = await begin(t)
  await scene.relay.accounts.setRotation(scene.accountId, { everyDays: 30 })
  await scene.pass(29 * day)
  await scene.restart()
  await scene.pass(23 * hour)
  t.same(scene.business.tries, [], 'nothing so far')
  await scene.pass(hour)
  await scene.changed(1)
  t.match(scene.relay.accounts.account(scene.accountId), { credentialVersion: 2, rotation: { everyDays: 30 } })
  await scene.restart()
  await scene.pass(29 * day)
  await scene.pass(day)
  await scene.changed(2)
  t.equal(scene.business.changes.length, 2)
  t.equal(scene.relay.accounts.account(scene.accountId)?.credentialVersion, 3)
})

t.test('an account that needs attention is left alone until a person has acted', async (t) => {
  const scene = await begin(t)
  const { accounts } = scene.relay
  await accounts.setRotation(scene.accountId, { everyDays: 1, afterUse: true })
  await accounts.setAttention(scene.accountId, { reason: 'blocked', seen: 'locked', since: 0 })
  await accounts.noteUsed(scene.accountId)
  for (let days = 0; days < 3; days++) await scene.pass(day)
  t.match(accounts.account(scene.accountId), { attention: { reason: 'blocked' } })
  t.same(scene.business.tries, [])
  await accounts.setAttention(scene.accountId, undefined)
  await scene.pass(0)
  await scene.changed(1)
  t.same(
    scene.business.tries.map(({ isRight }) => isRight),
    [true, true],
    'one rotation: none was begun before',
  )
})

t.test('one that fails is tried again after an hour, not earlier', async (t) => {
  const scene = await begin(t)
  await scene.relay.accounts.setRotation(scene.accountId, { everyDays: 1 })
  scene.business.behave('fails')
  await scene.pass(day)
  await scene.changed(1)
  scene.business.behave('honest')
  await scene.pass(hour - minute)
  t.equal(scene.relay.accounts.account(scene.accountId)?.credentialVersion, 1)
  await scene.pass(minute)
  await scene.changed(2)
  while (scene.relay.accounts.account(scene.accountId)?.credentialVersion === 1) await wait(5)
  t.equal(scene.business.changes.length, 2)
})

t.test('after use: one that failed is due again after a restart, once', async (t) => {
  const scene = await begin(t)
  await scene.relay.accounts.setRotation(scene.accountId, { afterUse: true })
  await scene.pass(day)
  t.same(scene.business.tries, [], 'not used so far')
  await scene.relay.sessions.ensure(scene.accountId)
  scene.business.behave('fails')
  await scene.relay.sessions.end(scene.accountId)
  await scene.changed(1)
  scene.business.behave('honest')
  await scene.restart()
  await scene.pass(0)
  await scene.changed(2)
  const { credentialVersion, isUsed } = scene.relay.accounts.account(scene.accountId) ?? {}
  t.match({ credentialVersion, isUsed }, { credentialVersion: 3, isUsed: undefined })
  await scene.pass(day)
  t.equal(scene.business.changes.length, 2)
})
