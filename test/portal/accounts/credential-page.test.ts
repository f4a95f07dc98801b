import t from 'tap'
import { startChangingSite } from '../../sites/changing-site.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('a person sets a new password at the site, sees the versions, goes back to one, and sets when it happens by itself', async (t) => {
  const relay = await startPortal(t)
  const business = await startChangingSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const place = { origins: [business.origin], loginUrl: business.url, networks: ['loopback'], settings: {} } as const
  await relay.accounts.addSite({ id: 'changing', adapter: 'form', delivery: 'attach', ...place })
  const { id } = await relay.accounts.addAccount({ owner: relay.ann.user.id, siteId: 'changing', username: 'ann', secrets: { password: 'first one' } })
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  const path = `/accounts/${id}/credential`
  t.match((await ann.get(`/accounts/${id}`)).body, `href="${path}"`)

  const rotated = new Promise<void>((resolve) => relay.sessions.onEvent((event) => event.type === 'ended' && event.reason === 'done' && resolve()))
  await ann.get(path)
  t.equal((await ann.post(`${path}/rotate`)).location, `/accounts/${id}`)
  await rotated
  const after = await ann.get(path)
  t.match(readPage(after.body), /set by the relay/)
  t.notMatch(after.body, business.password())
  t.match(readPage((await ann.get(`/accounts/${id}`)).body), /the site has the new password/)

  await ann.get(path)
  t.equal((await ann.post(`${path}/revert`, { version: '1' })).location, `${path}?done=password-reverted`)
  t.match(relay.accounts.versions(id)[0], { version: 3, cause: 'reverted' })
  t.equal((await ann.post(`${path}/rotation`, { every: '30', afterUse: 'on' })).location, `${path}?done=rotation-set`)
  t.same(relay.accounts.account(id)?.rotation, { everyDays: 30, afterUse: true })
  t.match((await ann.get(path)).body, /value="30".* checked/s)
  t.equal((await ann.post(`${path}/rotation`, { every: '' })).status, 303)
  t.equal(relay.accounts.account(id)?.rotation, undefined)

  const before = business.requests.length
  t.equal((await bob.get(path)).status, 404)
  for (const [deed, form] of [
    ['rotate', {}],
    ['revert', { version: '1' }],
    ['rotation', { every: '1' }],
  ] as const) {
    t.equal((await bob.post(`${path}/${deed}`, form)).status, 404, deed)
  }
  t.equal(business.requests.length, before)
  t.equal(relay.accounts.versions(id).length, 3)
})
