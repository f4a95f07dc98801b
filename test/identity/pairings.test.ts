import t, { type Test } from 'tap'
import { createIdentity, createPairings, type Identity, nameOfTerminal, type Pairings, type User } from '../../relay/identity/index.ts'
import type { Store } from '../../relay/store/index.ts'
import { until } from '../until.ts'
import { minute, second, setClock } from './clock.ts'
import { openStore } from './open-store.ts'

const from = { address: '192.0.2.7', agent: 'a browser in a hotel' }
const approval = { accounts: ['a1'], milliseconds: 60 * minute, name: 'terminal-1' }

interface Started {
  readonly identity: Identity
  readonly pairings: Pairings
  readonly clock: ReturnType<typeof setClock>
  readonly ann: { readonly user: User; readonly address: string }
  readonly reopen: () => Promise<Store>
}

async function start(t: Test): Promise<Started> {
  const { store, reopen } = await openStore(t)
  const clock = setClock(1_800_000_000_000)
  const rooms = await open(t, store, clock)
  const user = await rooms.identity.addUser({ name: 'ann', password: 'a long pass phrase', role: 'member' })
  return { ...rooms, clock, ann: { user, address: '198.51.100.1' }, reopen }
}

async function open(t: Test, store: Store, clock: Started['clock']): Promise<Pick<Started, 'identity' | 'pairings'>> {
  const identity = createIdentity({ store, now: clock.now })
  const pairings = createPairings({ identity, now: clock.now })
  await identity.start()
  await pairings.start()
  t.teardown(() => pairings.stop())
  return { identity, pairings }
}

t.test('a terminal that was confirmed has a token for those accounts and that time, told once', async (t) => {
  const { pairings, identity, ann, clock } = await start(t)
  const { deviceCode, asked } = pairings.begin(from)
  t.match(asked.userCode, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  t.match(pairings.collect(deviceCode), { state: 'waiting', asked: { userCode: asked.userCode } })
  t.match(pairings.find(` ${asked.userCode.toLowerCase().replace('-', ' ')} `, ann), from, 'as people type it')
  const device = await pairings.approve(asked.userCode, ann, approval)
  t.match(device, { name: 'terminal-1', paired: { accounts: ['a1'], expiresAt: clock.now() + 60 * minute, ...from, handedOver: [] } })
  const state = pairings.collect(deviceCode)
  if (state.state !== 'approved') throw new Error(state.state)
  t.match(state.token, /^lr_[\w-]{43}$/)
  t.equal(identity.devicePrincipal(state.token)?.device.id, device.id)
  t.same(pairings.collect(deviceCode), { state: 'over' })
  t.equal(identity.devicePrincipal(`lr_${deviceCode}`), undefined)
  t.throws(() => pairings.find(asked.userCode, ann), { code: 'pairing_code_unknown' }, 'a code is good once')
})

t.test('of a hundred who confirm one code at once, one succeeds', async (t) => {
  const { pairings, identity, ann } = await start(t)
  const { asked } = pairings.begin(from)
  const tries = Array.from({ length: 100 }, (_, i) => pairings.approve(asked.userCode, { ...ann, address: `203.0.113.${i}` }, { ...approval, name: `t-${i}` }))
  const outcomes = await Promise.allSettled(tries)
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  t.equal((await identity.listDevices(ann.user.id)).length, 1)
})

t.test('a code is over after ten minutes, and a terminal that was refused hears it once', async (t) => {
  const { pairings, clock, ann } = await start(t)
  const first = pairings.begin(from)
  clock.pass(10 * minute)
  t.same(pairings.collect(first.deviceCode), { state: 'over' })
  await t.rejects(pairings.approve(first.asked.userCode, ann, approval), { code: 'pairing_code_unknown' })
  const second = pairings.begin(from)
  await pairings.refuse(second.asked.userCode, ann)
  await t.rejects(pairings.approve(second.asked.userCode, ann, approval), { code: 'pairing_code_unknown' })
  t.same(pairings.collect(second.deviceCode), { state: 'refused' })
  t.same(pairings.collect(second.deviceCode), { state: 'over' })
  const third = pairings.begin(from)
  pairings.withdraw(third.deviceCode)
  t.throws(() => pairings.find(third.asked.userCode, ann), { code: 'pairing_code_unknown' })
})

t.test('who guesses codes waits longer after each, wherever he sits; a right one costs nothing', async (t) => {
  const { pairings, clock, ann } = await start(t)
  const { asked } = pairings.begin(from)
  const guess = (address: string) => {
    try {
      pairings.find('BBBB-BBBB', { ...ann, address })
      return 'found'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  const tries = Array.from({ length: 6 }, (_, i) => guess(`203.0.113.${i}`))
  t.same(tries, [...Array.from({ length: 5 }, () => 'pairing_code_unknown'), 'too_many_tries'])
  t.throws(() => pairings.find(asked.userCode, ann), { code: 'too_many_tries' }, 'also with the right one')
  clock.pass(second)
  t.ok(pairings.find(asked.userCode, ann))
  t.equal(guess('203.0.113.9'), 'pairing_code_unknown')
  t.equal(guess('203.0.113.9'), 'too_many_tries')
  clock.pass(2 * second)
  t.ok(pairings.find(asked.userCode, ann))
})

t.test('twenty terminals of one network wait at a time', async (t) => {
  const { pairings, clock } = await start(t)
  for (let i = 0; i < 20; i++) pairings.begin({ address: `2001:db8::${i}`, agent: '' })
  t.throws(() => pairings.begin({ address: '2001:db8::ffff', agent: '' }), { code: 'too_many_tries' })
  t.ok(pairings.begin(from), 'others are not kept from it')
  clock.pass(10 * minute)
  t.ok(pairings.begin({ address: '2001:db8::ffff', agent: '' }))
})

t.test('a program that asks too soon waits longer each time', async (t) => {
  const { pairings, clock } = await start(t)
  const { deviceCode } = pairings.begin(from)
  t.match(pairings.poll(deviceCode), { state: 'waiting' })
  clock.pass(4 * second)
  t.throws(() => pairings.poll(deviceCode), { code: 'slow_down' })
  clock.pass(9 * second)
  t.throws(() => pairings.poll(deviceCode), { code: 'slow_down' }, 'ten seconds now')
  clock.pass(15 * second)
  t.match(pairings.poll(deviceCode), { state: 'waiting' })
  t.same(pairings.poll('x'.repeat(43)), { state: 'over' })
})

t.test('a pairing ends by time, after a restart too, and whoever watches hears of it', async (t) => {
  const { pairings, identity, ann, clock, reopen } = await start(t)
  const paired = async (milliseconds: number, name: string) => {
    const { deviceCode, asked } = pairings.begin(from)
    await pairings.approve(asked.userCode, ann, { ...approval, milliseconds, name })
    const state = pairings.collect(deviceCode)
    return state.state === 'approved' ? state : Promise.reject(new Error(state.state))
  }
  const short = await paired(15 * minute, 'short')
  const long = await paired(60 * minute, 'long')
  const ended: string[] = []
  identity.onDeviceRevoked(({ name }) => ended.push(name))
  clock.pass(15 * minute)
  t.equal(identity.devicePrincipal(short.token), undefined, 'at once')
  t.equal(identity.certifiedPrincipal(short.device.id), undefined)
  await until(() => ended.length > 0, 'the first one ends')
  t.same(ended, ['short'])
  await identity.noteHandedOver(long.device.id, 'a1')
  await pairings.stop()
  await identity.stop()
  clock.pass(60 * minute)
  const again = await open(t, await reopen(), clock)
  t.equal(again.identity.devicePrincipal(long.token), undefined)
  await until(async () => (await again.identity.listDevices()).length === 0, 'the second one is gone')
})

t.test('what a terminal was handed is kept with it, beside its uses', async (t) => {
  const { pairings, identity, ann } = await start(t)
  const { deviceCode, asked } = pairings.begin(from)
  const { id } = await pairings.approve(asked.userCode, ann, { ...approval, accounts: ['a1', 'a2'] })
  const state = pairings.collect(deviceCode)
  const token = state.state === 'approved' ? state.token : ''
  const notes = ['a1', 'a2', 'a1'].map((account) => {
    identity.devicePrincipal(token)
    return identity.noteHandedOver(id, account)
  })
  await Promise.all(notes)
  t.same((await identity.listDevices())[0]?.paired?.handedOver, ['a1', 'a2'])
})

t.test('another password by a link ends the pairings, and no other device; one that has ended is handed nothing', async (t) => {
  const { pairings, identity, ann } = await start(t)
  const { deviceCode, asked } = pairings.begin(from)
  const { id } = await pairings.approve(asked.userCode, ann, approval)
  const state = pairings.collect(deviceCode)
  const enrolled = await identity.addDevice(ann.user.id, 'laptop')
  await identity.noteHandedOver(enrolled.device.id, 'a1')
  await identity.resetPassword(ann.user.id, 'another long pass phrase')
  t.equal(identity.devicePrincipal(state.state === 'approved' ? state.token : ''), undefined)
  t.same(
    (await identity.listDevices()).map(({ name }) => name),
    ['laptop'],
  )
  await t.rejects(identity.noteHandedOver(id, 'a1'), { code: 'unauthenticated' })
  await identity.revokeDevice(enrolled.device.id)
  await t.rejects(identity.noteHandedOver(enrolled.device.id, 'a1'), { code: 'unauthenticated' }, 'the other kind neither')
})

t.test('nobody is paired for no account, nor for longer than eight hours', async (t) => {
  const { pairings, ann } = await start(t)
  const { asked } = pairings.begin(from)
  for (const wrong of [{ accounts: [] }, { milliseconds: 9 * 60 * minute }, { milliseconds: Number.NaN }, { milliseconds: 0 }])
    await t.rejects(pairings.approve(asked.userCode, ann, { ...approval, ...wrong }), { code: 'bad_request' })
  await t.rejects(pairings.approve(asked.userCode, ann, { ...approval, name: 'not a name' }), { code: 'bad_request' })
  t.ok(await pairings.approve(asked.userCode, ann, approval), 'and the code is good still')
})

t.test('a terminal’s device is called by where it is and what it is', async (t) => {
  t.match(nameOfTerminal({ address: '192.0.2.7', browser: 'Firefox on Windows' }), /^terminal-192\.0\.2\.7-Firefox-on-Windows-[0-9a-f]{6}$/)
  t.match(nameOfTerminal({ address: '2001:db8::1', browser: '💥' }), /^terminal-2001-db8-1-[0-9a-f]{6}$/)
})
