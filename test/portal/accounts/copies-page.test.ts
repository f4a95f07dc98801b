import t from 'tap'
import { createSessions } from '../../../relay/sessions/index.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'
import { workingAccount } from '../working-site.ts'

t.test('the page of copies says on which devices copies are, and ends them at the site', async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.bob, 'handoff')
  const bob = await relay.signedIn(relay.bob)
  t.match(readPage((await bob.get('/copies')).body), /None that is good at its site/)
  t.match(readPage((await bob.get(`/accounts/${account.id}`)).body), /your devices keep none of its session/)
  t.match(await bob.post(`/accounts/${account.id}/copies`, { allowed: 'yes' }), { location: '/copies?done=copies-allowed' })
  t.match(relay.accounts.account(account.id), { copies: { attached: false } })

  const session = await relay.sessions.ensure(account.id)
  await relay.sessions.copies.note({ way: 'kept', device: relay.bob.device }, session)
  t.ok(relay.sessions.copies.has({ way: 'kept', device: relay.bob.device }, session))
  t.match(readPage((await bob.get('/copies')).body), /bob-laptop.*UTC.*never.*End/)
  await relay.identity.revokeDevice(relay.bob.device.id)
  t.match(readPage((await bob.get('/copies')).body), /bob-laptop revoked/, 'it is still there, for all that is known')

  const again = createSessions({ ...relay, settings: { ticketSeconds: 60, personSeconds: 60 }, now: Date.now })
  await again.start()
  t.match(again.copies.list(), [{ accountId: account.id, deviceName: 'bob-laptop', sessionId: session.id }], 'a restart does not forget it')
  await again.stop()

  t.match(await bob.post(`/accounts/${account.id}/copies/end`), { location: '/copies?done=copies-ended' })
  t.match([relay.sessions.live(account.id), relay.accounts.account(account.id)?.copies], [undefined, undefined])
  t.same(relay.sessions.copies.list(), [])
  t.match(readPage((await bob.get('/copies?done=copies-ended')).body), /no copy of it is known to be good there.*None that is good at its site/)
})

t.test('cookies that a site keeps in the relay leave by a word of their own, and of others’ accounts by nobody’s', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  const { id } = relay.bob.account
  t.match((await bob.get('/copies')).body, /value="attached"/)
  t.equal((await bob.post(`/accounts/${id}/copies`, { allowed: 'yes' })).status, 400)
  t.equal((await bob.post(`/accounts/${id}/copies`, { allowed: 'attached' })).status, 303)
  t.match(relay.accounts.account(id), { copies: { attached: true } })
  for (const path of [`/accounts/${id}/copies`, `/accounts/${id}/copies/end`]) {
    t.equal((await ann.post(path, path.endsWith('end') ? {} : { allowed: 'no' })).status, 404, path)
    t.equal((await bob.post(path, path.endsWith('end') ? {} : { allowed: 'no' }, { csrf: 'x' })).status, 403, path)
  }
  t.notMatch(readPage((await ann.get('/copies')).body), /bob/)
  t.match(relay.accounts.account(id), { copies: { attached: true } })
  ahead = 6 * 60_000
  t.match(await bob.post(`/accounts/${id}/copies`, { allowed: 'attached' }), { location: '/verify?next=%2Fcopies' }, 'to allow takes a fresh proof')
  t.match(await bob.post(`/accounts/${id}/copies/end`), { location: '/copies?done=copies-ended' }, 'to end does not (law 7)')
  t.match(relay.accounts.account(id)?.copies, undefined)
})
