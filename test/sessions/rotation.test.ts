import t, { type Test } from 'tap'
import type { SessionEvent } from '../../relay/sessions/index.ts'
import { type ChangingOptions, type ChangingSite, startChangingSite } from '../sites/changing-site.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { until } from '../until.ts'

interface Scene extends Enrolled {
  readonly relay: StartedRelay
  readonly business: ChangingSite
  readonly events: SessionEvent[]
}

async function begin(t: Test, options: ChangingOptions = {}, settings: Record<string, unknown> = {}): Promise<Scene> {
  const business = await startChangingSite({ password: 'first one', ...options })
  t.teardown(() => business.stop())
  const relay = await startRelay(t)
  const enrolled = await enrol(relay, { url: business.url, username: 'ann', password: 'first one', settings })
  const events: SessionEvent[] = []
  t.teardown(relay.sessions.onEvent((event) => events.push(event)))
  return { relay, business, events, ...enrolled }
}

t.test('a rotation sets a random password at the site, proves it by signing in, and keeps the one before', async (t) => {
  const { relay, business, account, events } = await begin(t)
  const { credentialVersion } = await relay.sessions.rotate(account.id)
  t.equal(credentialVersion, 2)
  t.match(business.password(), /^[-A-Za-z0-9_.!*]{24}$/)
  t.equal(business.changes[0]?.get('csrf'), 't0ken', 'hidden fields go along')
  t.same(
    business.tries.map(({ isRight }) => isRight),
    [true, true],
    'signed in with the one before, then with the new one',
  )
  t.match(relay.accounts.versions(account.id), [
    { version: 2, state: 'present', cause: 'rotated' },
    { version: 1, state: 'previous', cause: 'added' },
  ])
  t.match(
    events.filter(({ type }) => type === 'password'),
    [{ result: 'taken', cause: 'rotated', version: 2 }],
  )
  t.ok(events.some((event) => event.type === 'step' && event.step.text.includes('form for changing the password at /account/password')))
  t.equal(relay.sessions.live(account.id), undefined, 'it was signed out before, and is again')
  t.notMatch(relay.logged(), business.password(), 'nothing of it is logged')
  const session = await relay.sessions.ensure(account.id)
  t.equal(session.account.credentialVersion, 2)
})

t.test('where a session was live, one is live afterwards; who asks meanwhile waits for it', async (t) => {
  const { relay, business, account } = await begin(t)
  await relay.sessions.ensure(account.id)
  const rotating = relay.sessions.rotate(account.id)
  await until(() => relay.sessions.isBusy(account.id), 'the rotation begins once it is recorded')
  const session = await relay.sessions.ensure(account.id, { fresh: true })
  await rotating
  t.equal(session.account.credentialVersion, 2)
  t.equal(relay.sessions.live(account.id), session)
  t.equal(business.tries.length, 3)
})

t.test('the rules of the settings, and of the form where they leave something open, are kept', async (t) => {
  const attributes = 'minlength="8" maxlength="12" passwordrules="required: lower; required: digit; max-consecutive: 1"'
  const byForm = await begin(t, { attributes })
  await byForm.relay.sessions.rotate(byForm.account.id)
  t.match(byForm.business.password(), /^[a-z0-9]{12}$/)
  const settings = { passwordRules: { max: 10, classes: ['digit', 'symbol'], symbols: '#' }, changePassword: '/account/password' }
  const declared = await begin(t, { attributes }, settings)
  await declared.relay.sessions.rotate(declared.account.id)
  t.match(declared.business.password(), /^[0-9#]{10}$/)
})

t.test('a site that says yes and does nothing: a sign-in shows it, and the password stays as it was', async (t) => {
  const { relay, business, account, events } = await begin(t)
  business.behave('says-yes-does-nothing')
  await t.rejects(relay.sessions.rotate(account.id), { code: 'rotation_failed' })
  t.match(relay.accounts.account(account.id), { credentialVersion: 1, pending: undefined, attention: undefined })
  t.match(
    events.find(({ type }) => type === 'password'),
    { result: 'not-taken' },
  )
  t.same(
    business.tries.map(({ isRight }) => isRight),
    [true, false, true],
    'the new one once, then the one before (law 3)',
  )
  t.match(relay.accounts.versions(account.id)[1], { state: 'unproved' }, 'what has left is kept all the same')
})

t.test('a site that says no and changes it all the same: a sign-in shows it, and the new one is kept', async (t) => {
  const { relay, business, account } = await begin(t)
  business.behave('says-no-changes')
  await relay.sessions.rotate(account.id)
  t.match(relay.accounts.account(account.id), { credentialVersion: 2, pending: undefined })
  t.same(
    business.tries.map(({ isRight }) => isRight),
    [true, false, true],
    'the one before was the likelier',
  )
})

t.test('a site without a form for it is asked nothing', async (t) => {
  const { relay, business, account } = await begin(t, {}, { changePassword: '/nowhere' })
  await t.rejects(relay.sessions.rotate(account.id), { code: 'rotation_failed', message: /\/nowhere/ })
  t.same(business.changes, [])
  t.equal(relay.accounts.versions(account.id).length, 1, 'nothing was made, nothing is kept')
})

t.test('a site that breaks off while it is asked leaves both passwords; the next sign-in finds out which works', async (t) => {
  const { relay, business, account } = await begin(t)
  business.behave('fails')
  await t.rejects(relay.sessions.rotate(account.id), { code: 'rotation_failed' })
  t.match(relay.accounts.account(account.id), { credentialVersion: 1, pending: undefined }, 'found out at once')
  business.behave('honest')
  await relay.sessions.rotate(account.id)
  t.equal(relay.accounts.account(account.id)?.credentialVersion, 3)
})

t.test('where both are refused, neither is tried again until a person acts (law 3)', async (t) => {
  const { relay, business, account } = await begin(t)
  const proposal = await relay.accounts.propose(account.id, { password: 'second one' })
  await relay.accounts.writeAhead(proposal)
  await relay.accounts.notePending(account.id, proposal.version, { asked: true })
  business.setPassword('a third one')
  await t.rejects(relay.sessions.ensure(account.id), { code: 'login_failed' })
  t.same(
    business.tries.map(({ password }) => password),
    ['second one', 'first one'],
  )
  t.match(relay.accounts.account(account.id), { attention: { reason: 'wrong-password' }, pending: { denied: true, presentDenied: true } })
  for (const fresh of [false, true]) await t.rejects(relay.sessions.ensure(account.id, { fresh }), { code: 'needs_attention' })
  await t.rejects(relay.sessions.rotate(account.id, { person: true }), { code: 'needs_attention' })
  t.equal(business.tries.length, 2)
  await relay.accounts.addAccount({ owner: account.owner, siteId: 'erp', username: 'ann', secrets: { password: 'a third one' }, replace: true })
  await relay.sessions.ensure(account.id)
  t.match(
    relay.accounts.versions(account.id).map(({ state }) => state),
    ['present', 'unproved', 'previous'],
  )
})

t.test('a kind of login that cannot change a password says so', async (t) => {
  const { relay, account } = await begin(t)
  const site = await relay.accounts.addSite({
    id: 'basic',
    origins: ['http://127.0.0.1:9'],
    loginUrl: 'http://127.0.0.1:9/',
    adapter: 'basic',
    settings: {},
    delivery: 'attach',
    networks: ['loopback'],
  })
  const other = await relay.accounts.addAccount({ owner: account.owner, siteId: site.id, username: 'ann', secrets: { password: 'x' } })
  await t.rejects(relay.sessions.rotate(other.id), { code: 'password_not_changeable' })
})

t.test('by policy: after each session, and when the password is old enough', async (t) => {
  const { relay, business, account } = await begin(t)
  await relay.accounts.setRotation(account.id, { afterUse: true })
  await relay.sessions.ensure(account.id)
  const changed = new Promise<void>((resolve) => relay.sessions.onEvent((event) => event.type === 'ended' && event.reason === 'done' && resolve()))
  await relay.sessions.end(account.id)
  await changed
  t.equal(business.changes.length, 1)
  t.match(relay.accounts.account(account.id), { credentialVersion: 2, rotation: { afterUse: true } })
  t.equal(relay.sessions.live(account.id), undefined)
})
