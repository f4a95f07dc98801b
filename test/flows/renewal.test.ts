import t, { type Test } from 'tap'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { openTerminal } from './curl-terminal.ts'

// The site ends a session on its own, as its idle limit does; the terminal does not notice.

async function openScene(t: Test, config: Record<string, unknown> = {}) {
  const site = await startTwoStepSite({ username: 'ann@example.test', password: 'correct horse' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { config })
  const { device } = await enrol(relay, { url: site.url, username: 'ann@example.test', password: 'correct horse' })
  return { site, relay, terminal: openTerminal(t, relay, device) }
}

const posts = (site: { readonly requests: readonly { readonly method: string; readonly path: string; readonly body: Buffer }[] }, path: string) =>
  site.requests.filter((request) => request.method === 'POST' && request.path === path)

t.test('fifty requests that meet the end of the session cause one sign-in, and all get their page', async (t) => {
  const { site, terminal } = await openScene(t)
  t.equal((await terminal.get(`${site.origin}/home`)).status, 200)
  t.equal(site.book.outcomes.length, 1)
  for (let round = 2; round <= 4; round++) {
    site.book.expireAll()
    const pages = Array.from({ length: 50 }, (_, page) => `${site.origin}/page/${page}`)
    t.same(await terminal.all(pages), Array(50).fill(200))
    t.equal(site.book.outcomes.length, round, 'one sign-in more')
    t.equal(posts(site, '/login/password').length, round, 'the password was sent once')
  }
})

t.test('the answer says that the session was renewed, and the next one does not', async (t) => {
  const { site, terminal } = await openScene(t)
  t.equal((await terminal.get(`${site.origin}/home`)).header('login-relay-session'), undefined)
  site.book.expireAll()
  t.equal((await terminal.get(`${site.origin}/home`)).header('login-relay-session'), 'renewed')
  t.equal((await terminal.get(`${site.origin}/home`)).header('login-relay-session'), undefined)
})

t.test('a form that meets the end of the session is sent again, once, byte for byte', async (t) => {
  const { site, terminal } = await openScene(t)
  await terminal.get(`${site.origin}/home`)
  site.book.expireAll()
  const { status, body } = await terminal.get(`${site.origin}/order`, '--data-binary', 'item=7&note=a%20b')
  t.match([status, body.toString()], [200, /Hello ann/])
  t.same(
    posts(site, '/order').map((request) => request.body.toString()),
    ['item=7&note=a%20b', 'item=7&note=a%20b'],
    'the first was led to the login page',
  )
  await terminal.get(`${site.origin}/order`, '--data', 'item=8')
  t.equal(posts(site, '/order').length, 3, 'with a live session a form goes once')
})

t.test('a form too large to keep is not sent again: the terminal is told, and its own second try works', async (t) => {
  const { site, terminal } = await openScene(t, { sessions: { resendBytes: 1000 } })
  await terminal.get(`${site.origin}/home`)
  site.book.expireAll()
  const large = ['--data', `note=${'x'.repeat(3000)}`]
  const { status, header, body } = await terminal.get(`${site.origin}/order`, ...large)
  t.match([status, header('login-relay-error'), header('login-relay-session')], [401, 'session_renewed', 'renewed'])
  t.match(JSON.parse(body.toString()), { next: /Send the request again/ })
  t.equal(posts(site, '/order').length, 1)
  t.equal((await terminal.get(`${site.origin}/order`, ...large)).status, 200)
  t.equal(site.book.outcomes.length, 2)
})

t.test('where the password was changed at the site meanwhile, it is refused once, and then the account waits for a person', async (t) => {
  const site = await startRotatingSite({ password: 'correct horse' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device, user } = await enrol(relay, { url: site.url, username: 'ann', password: 'correct horse' })
  const terminal = openTerminal(t, relay, device)
  t.equal((await terminal.get(`${site.origin}/home`)).status, 200)
  Object.assign(site.book.accounts[0] as object, { password: 'a new one' })
  site.book.expireAll()
  t.ok((await terminal.all(Array(10).fill(`${site.origin}/home`))).every((status) => status === 409 || status === 502))
  const refused = await terminal.get(`${site.origin}/home`)
  t.match([refused.status, refused.header('login-relay-error')], [409, 'needs_attention'])
  t.same(site.book.outcomes, ['signed-in', 'wrong-password'])
  await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann', secrets: { password: 'a new one' }, replace: true })
  t.equal((await terminal.get(`${site.origin}/home`)).status, 200, 'the person gave the new one')
})
