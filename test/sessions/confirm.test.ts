import t, { type Test } from 'tap'
import { startChangingSite } from '../sites/changing-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

const given = 'the one given'

async function begin(t: Test) {
  const business = await startChangingSite({ password: 'another one' })
  t.teardown(() => business.stop())
  const folder = await tempFolder(t)
  const relay = await startRelay(t, { folder })
  const { account } = await enrol(relay, { url: business.url, username: 'ann', password: given })
  await t.rejects(relay.sessions.ensure(account.id), { code: 'login_failed' })
  const sent = () => business.tries.map(({ password }) => password)
  return { business, folder, relay, id: account.id, sent }
}

t.test('a password that was refused is not sent again, not after a restart either; confirmed, it is, once (law 3)', async (t) => {
  const { folder, relay, id, sent } = await begin(t)
  for (const fresh of [false, true]) await t.rejects(relay.sessions.ensure(id, { fresh }), { code: 'needs_attention', next: /account confirm/ })
  await t.rejects(relay.sessions.rotate(id, { person: true }), { code: 'needs_attention' })
  await relay.stop()
  const second = await startRelay(t, { folder })
  await t.rejects(second.sessions.ensure(id, { fresh: true }), { code: 'needs_attention' })
  t.same(sent(), [given])
  await second.accounts.confirm(id)
  await t.rejects(second.sessions.ensure(id), { code: 'login_failed' })
  await t.rejects(second.sessions.ensure(id, { fresh: true }), { code: 'needs_attention' })
  t.same(sent(), [given, given])
})

t.test('a password that is right after all signs in when it was confirmed, and nobody had to know it', async (t) => {
  const { business, relay, id } = await begin(t)
  business.setPassword(given)
  await relay.accounts.confirm(id)
  t.match(await relay.sessions.ensure(id), { account: { credentialVersion: 2, attention: undefined } })
  t.match(relay.accounts.versions(id), [{ version: 2, state: 'present', cause: 'added' }])
  const session = relay.sessions.live(id)
  await relay.accounts.confirm(id)
  t.equal(relay.sessions.live(id), session, 'where nothing is in doubt, nothing changes')
})

t.test('after a change that the site left in doubt, the password as it was is confirmed, and the new one is kept', async (t) => {
  const { business, relay, id } = await begin(t)
  await relay.accounts.confirm(id)
  const proposal = await relay.accounts.propose(id, { password: 'a new one' })
  await relay.accounts.writeAhead(proposal)
  await relay.accounts.notePending(id, proposal.version, { asked: true })
  await t.rejects(relay.sessions.ensure(id), { code: 'login_failed' })
  business.setPassword(given)
  await relay.accounts.confirm(id)
  await relay.sessions.ensure(id)
  t.match(relay.accounts.versions(id), [
    { state: 'present', version: 4 },
    { state: 'unproved', version: 3 },
  ])
})
