import t from 'tap'
import { Devices } from '../../relay/identity/devices/devices.ts'
import { PortalSessions } from '../../relay/identity/portal-sessions.ts'
import { openStore } from './open-store.ts'

const from = { address: '192.0.2.1', agent: 'a browser' }

t.test('a device whose revocation the disk refused is void, still listed, and gone after a restart once it was revoked again (law 7)', async (t) => {
  const { store, reopen, whileFull } = await openStore(t)
  const devices = new Devices(store, Date.now)
  const { device, token } = await devices.add('ann', 'laptop')
  const heard: string[] = []
  devices.onRevoked(({ id }) => heard.push(id))
  await whileFull(async () => {
    const both = await Promise.allSettled([devices.revoke(device.id), devices.revoke(device.id)])
    for (const one of both) t.match(one, { status: 'rejected', reason: { code: 'data_unwritable' } }, 'nobody is told that it is gone')
  })
  t.match(heard, [device.id, device.id])
  t.equal(devices.use(token, undefined), undefined)
  t.equal(devices.useById(device.id), undefined)
  await t.rejects(devices.noteHandedOver(device.id, 'account'), { code: 'unauthenticated' })
  t.match(devices.list('ann'), [{ id: device.id, unwritten: true }])
  await t.rejects(devices.add('ann', 'laptop'), { code: 'already_exists' })

  t.equal(await devices.revoke(device.id), true)
  t.strictSame(devices.list(), [])
  t.equal(await devices.revoke(device.id), false)
  await devices.settle()
  const again = new Devices(await reopen(), Date.now)
  await again.load()
  t.equal(again.use(token, undefined), undefined)
})

t.test('a portal session whose end the disk refused is void, still listed, and gone after a restart once it was ended again (law 7)', async (t) => {
  const { store, reopen, whileFull } = await openStore(t)
  const sessions = new PortalSessions(store, Date.now)
  const { token, session } = await sessions.begin('ann', from)
  await whileFull(() => t.rejects(sessions.end(session.id), { code: 'data_unwritable' }))
  t.equal(sessions.use(token), undefined)
  t.equal(sessions.isLive(session.id), false)
  t.equal(sessions.useById(session.id), undefined)
  await t.rejects(sessions.renew(session.id), { code: 'unauthenticated' })
  t.match(await sessions.list('ann'), [{ id: session.id }])

  await sessions.endOthers('ann')
  t.strictSame(await sessions.list('ann'), [])
  t.equal(await sessions.end(session.id), false)
  await sessions.settle()
  const again = new PortalSessions(await reopen(), Date.now)
  await again.load()
  t.equal(again.use(token), undefined)
})
