import t from 'tap'
import { isRelayError } from '../../relay/errors.ts'
import { Devices } from '../../relay/identity/devices/devices.ts'
import { createIdentity, type Device } from '../../relay/identity/index.ts'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { second, setClock } from './clock.ts'
import { openStore } from './open-store.ts'

t.test('a device is known by its token, alone or with its name, after a restart too', async (t) => {
  const { store, reopen } = await openStore(t)
  const identity = createIdentity({ store })
  await identity.start()
  const ann = await identity.addUser({ name: 'ann', password: 'a long enough password', role: 'member' })
  const { device, token } = await identity.addDevice(ann.id, 'laptop.1')
  t.match(token, /^lr_[A-Za-z0-9_-]{43}$/)
  for (const name of [undefined, 'laptop.1'])
    t.match(identity.devicePrincipal(token, name), { kind: 'device', user: ann, device: { id: device.id, name: 'laptop.1' } })
  for (const name of ['', 'Laptop.1', 'other']) t.equal(identity.devicePrincipal(token, name), undefined)
  await identity.stop()

  const again = createIdentity({ store: await reopen() })
  await again.start()
  t.match(again.devicePrincipal(token, 'laptop.1'), { device: { id: device.id }, user: ann })
  await t.rejects(again.addDevice('nobody', 'laptop'), { code: 'not_found' })
  await again.stop()
})

t.test('what is no token finds nothing', async (t) => {
  const devices = new Devices((await openStore(t)).store, Date.now)
  const { token } = await devices.add('ann', 'laptop')
  for (const other of ['', 'lr_', token.slice(0, -1), `${token}A`, token.toUpperCase(), token.slice(3), ` ${token}`, 'lr___proto__', 'x'.repeat(1_000_000)]) {
    t.equal(devices.use(other, undefined), undefined)
  }
  await devices.settle()
})

t.test('device names are letters, digits, dots, hyphens and underscores, unique within a user', async (t) => {
  const devices = new Devices((await openStore(t)).store, Date.now)
  for (const name of ['', 'a b', 'a:b', 'a@b', 'a/b', 'a%20b', 'é', 'a\n', 'x'.repeat(65)]) await t.rejects(devices.add('ann', name), { code: 'bad_request' })
  const added = await Promise.allSettled([1, 2, 3].map(() => devices.add('ann', 'laptop')))
  t.equal(added.filter(({ status }) => status === 'fulfilled').length, 1, 'of three at once one is enrolled')
  for (const result of added) t.ok(result.status === 'fulfilled' || isRelayError(result.reason, 'already_exists'))
  await devices.add('bob', 'laptop')
  await devices.add('ann', 'x'.repeat(64))
  t.strictSame(
    devices.list('ann').map(({ name }) => name.length),
    [6, 64],
  )
  t.equal(devices.list().length, 3)
})

t.test('naughty strings are no device names, or are kept unchanged', { skip: vectorsMissing('naughty-strings') }, async (t) => {
  const devices = new Devices((await openStore(t)).store, Date.now)
  for (const [index, name] of readVectors<string[]>('naughty-strings/blns.json').entries()) {
    try {
      t.equal((await devices.add(`user ${index}`, name)).device.name, name)
    } catch (error) {
      t.ok(isRelayError(error, 'bad_request'), `string ${index}`)
    }
  }
})

t.test('a revoked device is nobody from that moment, and after a restart (law 7)', async (t) => {
  const { store, reopen } = await openStore(t)
  const clock = setClock()
  const devices = new Devices(store, clock.now)
  const { device, token } = await devices.add('ann', 'laptop')
  devices.use(token, undefined)
  const heard: Device[] = []
  devices.onRevoked(() => {
    throw new Error('a listener that fails')
  })
  devices.onRevoked((gone) => heard.push(gone))
  const stop = devices.onRevoked((gone) => heard.push(gone))
  stop()
  const revoking = devices.revoke(device.id)
  t.equal(devices.use(token, undefined), undefined, 'before it is durable')
  t.match(heard, [{ id: device.id, name: 'laptop', userId: 'ann' }], 'who carries its traffic hears of it before it is durable, whatever the others do')
  await t.rejects(revoking, { code: 'internal' })
  t.equal(await devices.revoke(device.id), false)
  await devices.settle()

  const again = new Devices(await reopen(), clock.now)
  await again.load()
  t.equal(again.use(token, undefined), undefined)
  t.strictSame(again.list(), [])
  await again.add('ann', 'laptop')
})

t.test('the time a device was last seen is written once a minute at most', async (t) => {
  const { store, reopen } = await openStore(t)
  const clock = setClock()
  const devices = new Devices(store, clock.now)
  const { device, token } = await devices.add('ann', 'laptop')
  t.notOk('lastSeenAt' in device)
  let writes = 0
  store.collection({ name: 'devices' }).watch(() => writes++)
  const began = clock.now()
  for (let n = 0; n < 150; n++) {
    clock.pass(second)
    t.equal(devices.use(token, undefined)?.lastSeenAt, clock.now())
    await devices.settle()
  }
  t.equal(writes, 3)
  const again = new Devices(await reopen(), clock.now)
  await again.load()
  t.equal(again.list()[0]?.lastSeenAt, began + 121 * second)
})
