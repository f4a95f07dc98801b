import t from 'tap'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('the page of devices shows which account each uses at a site with several, and changes it', async (t) => {
  const relay = await startPortal(t)
  const ann = await relay.signedIn(relay.ann)
  const { user, device, account: first } = relay.ann
  t.notMatch(readPage((await ann.get('/devices')).body), /Which account/, 'nothing to choose with one account at each site')
  const second = await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', name: 'erp-admin', username: 'root', secrets: { password: 'pw' } })
  const selected = async (): Promise<string | undefined> => /<option value="([^"]*)" selected>/.exec((await ann.get('/devices')).body)?.[1]
  t.equal(await selected(), '')
  t.match(await ann.post(`/devices/${device.id}/account`, { site: 'erp', account: second.id }), { status: 303, location: '/devices?done=account-chosen' })
  t.equal(relay.choices.of(device.id, 'erp'), second.id)
  t.equal(await selected(), second.id)
  t.match(readPage((await ann.get('/devices?done=account-chosen')).body), /goes by your choice/)
  await ann.post(`/devices/${device.id}/account`, { site: 'erp', account: first.id })
  t.equal(relay.choices.of(device.id, 'erp'), first.id)
  await ann.post(`/devices/${device.id}/account`, { site: 'erp', account: '' })
  t.equal(relay.choices.of(device.id, 'erp'), undefined)
})

t.test("nobody chooses for another's device, or another's account for his own", async (t) => {
  const relay = await startPortal(t)
  const bob = await relay.signedIn(relay.bob)
  t.equal((await bob.post(`/devices/${relay.ann.device.id}/account`, { site: 'erp', account: relay.bob.account.id })).status, 404)
  t.equal((await bob.post(`/devices/${relay.bob.device.id}/account`, { site: 'erp', account: relay.ann.account.id })).status, 404)
  t.equal((await bob.post('/devices/none/account', { site: 'erp', account: '' })).status, 404)
  for (const { device } of [relay.ann, relay.bob]) t.equal(relay.choices.of(device.id, 'erp'), undefined)
})
