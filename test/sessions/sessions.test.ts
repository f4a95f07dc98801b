import t, { type Test } from 'tap'
import { isRelayError } from '../../relay/errors.ts'
import type { SessionEvent } from '../../relay/sessions/index.ts'
import { startCaptchaSite, unreadable } from '../sites/captcha-site.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { enrol, startRelay } from '../start-relay.ts'

const username = 'ann.miller'
const password = 'correct horse'

async function setUp(t: Test, options: { wrong?: boolean } = {}) {
  const site = await startRotatingSite({ username, password })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const enrolled = await enrol(relay, { url: site.url, username, password: options.wrong === true ? 'mistaken' : password })
  return { server: site, relay, account: enrolled.account, user: enrolled.user }
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error) => (isRelayError(error) ? error.code : String(error)),
  )

t.test('a hundred callers at once share one sign-in', async (t) => {
  const { relay, server, account } = await setUp(t)
  const sessions = await Promise.all(Array.from({ length: 100 }, () => relay.sessions.ensure(account.id)))
  t.equal(new Set(sessions).size, 1)
  t.equal(server.book.outcomes.length, 1)
  t.equal(await relay.sessions.ensure(account.id), sessions[0], 'later callers get the live one')
})

t.test('a caller who gives up does not stop the sign-in of the others', async (t) => {
  const { relay, account } = await setUp(t)
  const leaving = new AbortController()
  const left = code(relay.sessions.ensure(account.id, { signal: leaving.signal }))
  const stayed = relay.sessions.ensure(account.id)
  leaving.abort()
  t.equal(await left, 'bad_request')
  t.ok(await stayed)
})

t.test('a wrong password is sent once; then the account waits for a person, whoever asks', async (t) => {
  const { relay, server, account } = await setUp(t, { wrong: true })
  t.equal(await code(relay.sessions.ensure(account.id)), 'login_failed')
  t.equal(relay.accounts.account(account.id)?.attention?.reason, 'wrong-password')
  for (const fresh of [false, true, false]) t.equal(await code(relay.sessions.ensure(account.id, { fresh })), 'needs_attention')
  t.equal(server.book.outcomes.length, 1)
  await relay.accounts.addAccount({ owner: account.owner, siteId: account.siteId, username, secrets: { password }, replace: true })
  t.ok(await relay.sessions.ensure(account.id), 'the right one, given by the person, is tried')
})

t.test('a site that is down is left alone for a while, but a person who asks is not held up', async (t) => {
  const { relay, server, account } = await setUp(t)
  await server.stop()
  t.equal(await code(relay.sessions.ensure(account.id)), 'login_failed')
  const attempts: string[] = []
  relay.sessions.onEvent(({ type }) => attempts.push(type))
  t.equal(await code(relay.sessions.ensure(account.id)), 'login_failed')
  t.strictSame(attempts, [], 'no attempt was made')
  t.equal(await code(relay.sessions.ensure(account.id, { fresh: true })), 'login_failed')
  t.ok(attempts.includes('started'))
  t.equal(relay.accounts.account(account.id)?.attention, undefined, 'it is no fault of the credential')
})

t.test('a session survives a restart, cookies that changed meanwhile included', async (t) => {
  const { relay, server, account } = await setUp(t)
  const session = await relay.sessions.ensure(account.id)
  const home = new URL(session.landingUrl)
  session.absorb(home, ['later=1; Path=/'])
  const cookies = session.cookieHeader(home)
  t.match(cookies, /later=1/)
  await relay.stop()
  const again = await startRelay(t, { folder: relay.folder })
  const restored = again.sessions.live(account.id)
  t.equal(restored?.cookieHeader(home), cookies)
  t.equal(restored?.id, session.id)
  t.equal(server.book.outcomes.length, 1)
})

t.test('ending a session signs out at the site, cuts streams and spends its tickets', async (t) => {
  const { relay, server, account, user } = await setUp(t)
  const session = await relay.sessions.ensure(account.id)
  const { value } = await relay.sessions.tickets.issue(account.id, user.id)
  const events: SessionEvent['type'][] = []
  relay.sessions.onEvent(({ type }) => events.push(type))
  t.equal(server.book.alive, 1)
  t.equal(await relay.sessions.end(account.id), true)
  t.ok(session.ended.aborted)
  t.equal(server.book.alive, 0)
  t.equal(relay.sessions.live(account.id), undefined)
  t.equal(await relay.sessions.tickets.lookup(value), undefined)
  t.strictSame(events, ['ended'])
  t.equal(await relay.sessions.end(account.id), false, 'there is none any more')
})

t.test('a session the site has ended is dropped once; the next caller signs in anew', async (t) => {
  const { relay, account, server } = await setUp(t)
  const session = await relay.sessions.ensure(account.id)
  const events: SessionEvent[] = []
  relay.sessions.onEvent((event) => events.push(event))
  for (let caller = 0; caller < 5; caller += 1) relay.sessions.dropEnded(session)
  t.equal(events.length, 1)
  const [first, second] = await Promise.all([relay.sessions.ensure(account.id), relay.sessions.ensure(account.id)])
  t.equal(first, second)
  t.not(first.id, session.id)
  relay.sessions.dropEnded(session)
  t.equal(relay.sessions.live(account.id), first, 'an answer to the old session does not end the new one')
  t.equal(server.book.outcomes.length, 2)
})

t.test('a removed account and a replaced credential end the session', async (t) => {
  const { relay, account } = await setUp(t)
  const first = await relay.sessions.ensure(account.id)
  await relay.accounts.addAccount({ owner: account.owner, siteId: account.siteId, username, secrets: { password }, replace: true })
  t.equal(relay.sessions.live(account.id), undefined)
  t.ok(first.ended.aborted)
  const second = await relay.sessions.ensure(account.id)
  await relay.accounts.removeAccount(account.id)
  t.equal(relay.sessions.live(account.id), undefined)
  t.ok(second.ended.aborted)
  t.equal(await code(relay.sessions.ensure(account.id)), 'account_unknown')
})

t.test('a captcha nobody can read is put to a person; callers who cannot wait are told so', async (t) => {
  const site = await startCaptchaSite({ username, password, captcha: unreadable })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { account, user } = await enrol(relay, { url: site.url, username, password })
  const session = relay.sessions.ensure(account.id)
  t.equal(await code(relay.sessions.ensure(account.id, { wait: false })), 'captcha_pending')
  const [asked] = relay.sessions.challenges(user.id)
  if (asked?.challenge.kind !== 'captcha') return t.fail('a captcha is asked')
  t.ok(relay.sessions.answer(asked.id, site.answerOf(asked.challenge.image)))
  t.ok(await session)
  t.strictSame(relay.sessions.challenges(user.id), [])
})

t.test('a sign-in that is ended while a person is asked shows its end', async (t) => {
  const site = await startCaptchaSite({ username, password, captcha: unreadable })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { account } = await enrol(relay, { url: site.url, username, password })
  const session = code(relay.sessions.ensure(account.id))
  t.equal(await code(relay.sessions.ensure(account.id, { wait: false })), 'captcha_pending')
  t.equal(await relay.sessions.end(account.id), true)
  t.equal(await session, 'login_failed')
  t.equal(relay.sessions.recent(account.id).at(-1)?.type, 'ended')
  t.strictSame(relay.sessions.challenges(), [])
})

t.test('what is stored of a session holds no cookie in clear', async (t) => {
  const { relay, account } = await setUp(t)
  const session = await relay.sessions.ensure(account.id)
  const { value } = session.cookies()[0] ?? { value: 'none' }
  await relay.stop()
  const { readFile } = await import('node:fs/promises')
  const file = await readFile(`${relay.folder}/store.json`, 'utf8')
  t.notMatch(file, value)
  t.notMatch(file, Buffer.from(value).toString('base64'))
})
