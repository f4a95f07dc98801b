import t, { type Test } from 'tap'
import { curl } from '../proxy/curl.ts'
import { startFront } from '../sites/front.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { type CurlTerminal, openTerminal } from './curl-terminal.ts'

interface Scene extends Omit<Enrolled, 'site'> {
  readonly relay: StartedRelay
  readonly site: Awaited<ReturnType<typeof startRotatingSite>>
  readonly terminal: CurlTerminal
}

async function openScene(t: Test): Promise<Scene> {
  const site = await startRotatingSite({ password: 'correct horse' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const enrolled = await enrol(relay, { url: site.url, username: 'ann', password: 'correct horse' })
  return { ...enrolled, relay, site, terminal: openTerminal(t, relay, enrolled.device) }
}

const asPerson = ['--header', 'Accept: text/html']

t.test('a wrong token is 407 with words, nothing reaches the site, and the right one works right after', async (t) => {
  const { relay, site, terminal, device } = await openScene(t)
  for (const proxy of ['', `${device.name}:wrong@`, `other:${device.token}@`, `${device.name}@`]) {
    const { out } = await curl('--include', '--proxy', `http://${proxy}${relay.proxy.address}`, `${site.origin}/home`)
    t.match(out, /^HTTP\/1\.1 407 /)
    t.match(out, /^proxy-authenticate: Basic /im)
    t.match(out, /login-relay device add/, proxy)
  }
  t.ok(
    site.requests.every(({ path }) => path !== '/home'),
    'the site was not asked',
  )
  t.equal((await terminal.get(`${site.origin}/home`)).status, 200)
})

t.test('somebody without an account at the site gets 401: a page that says what to do, or a problem document', async (t) => {
  const { relay, site } = await openScene(t)
  const bob = await relay.identity.addUser({ name: 'bob', password: 'bob’s own password', role: 'member' })
  const { device, token } = await relay.identity.addDevice(bob.id, 'bobs')
  const terminal = openTerminal(t, relay, { name: device.name, token })
  const page = await terminal.get(`${site.origin}/home`, ...asPerson)
  t.match([page.status, page.header('login-relay-error'), page.header('content-type')], [401, 'login_required', /text\/html/])
  t.match(page.body.toString(), /You have no account at erp/)
  t.match(page.body.toString(), `href="${relay.portalUrl}`, 'with a way on')
  const problem = await terminal.get(`${site.origin}/home`)
  t.match(JSON.parse(problem.body.toString()), { status: 401, code: 'login_required', next: /account add erp/, url: relay.portalUrl })
  t.same(site.book.outcomes, [], 'nobody signed in')
})

t.test('of several accounts the request names one; without a name it is 409, which names the header and the accounts', async (t) => {
  const { relay, site, user, terminal } = await openScene(t)
  await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', name: 'second', username: 'ann', secrets: { password: 'correct horse' } })
  const which = await terminal.get(`${site.origin}/home`)
  t.match([which.status, which.header('login-relay-error')], [409, 'account_ambiguous'])
  t.match(JSON.parse(which.body.toString()), { title: /erp, second/, next: /Login-Relay-Account/ })
  for (const name of ['erp', 'second']) {
    const { status, body } = await terminal.get(`${site.origin}/home`, '--header', `Login-Relay-Account: ${name}`)
    t.match([status, body.toString()], [200, /Signed in as ann/], name)
  }
  t.equal(site.book.outcomes.length, 2, 'each has a session of its own')
  const nobody = await terminal.get(`${site.origin}/home`, '--header', 'Login-Relay-Account: third')
  t.match([nobody.status, nobody.header('login-relay-error')], [404, 'account_unknown'])
  t.notOk(
    site.requests.some(({ headers }) => 'login-relay-account' in headers),
    'the site does not see the header',
  )
})

t.test('a password the site refused is 409 for everybody who comes, and the site is asked once (law 3)', async (t) => {
  const { relay, site, user, terminal } = await openScene(t)
  await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann', secrets: { password: 'wrong' }, replace: true })
  const statuses = await terminal.all(Array.from({ length: 10 }, (_, page) => `${site.origin}/${page}`))
  t.ok(
    statuses.every((status) => status === 409 || status === 502),
    `${statuses}`,
  )
  for (let count = 0; count < 3; count++) {
    const page = await terminal.get(`${site.origin}/home`, ...asPerson)
    t.match([page.status, page.header('login-relay-error')], [409, 'needs_attention'])
    t.match(page.body.toString(), /It stays untouched until you act/)
  }
  t.same(site.book.outcomes, ['wrong-password'])
})

t.test('a site that is down is 502 with words, and works again when it is up, with the session it had', async (t) => {
  const site = await startRotatingSite({ password: 'correct horse' })
  const front = await startFront(site)
  t.teardown(() => Promise.all([front.stop(), site.stop()]))
  const relay = await startRelay(t)
  const { device } = await enrol(relay, { url: front.url, username: 'ann', password: 'correct horse' })
  const terminal = openTerminal(t, relay, device)
  t.equal((await terminal.get(`${front.origin}/home`)).status, 200)
  front.trouble = 'down'
  const down = await terminal.get(`${front.origin}/home`)
  t.match([down.status, down.header('login-relay-error')], [502, 'site_down'])
  t.match(JSON.parse(down.body.toString()), { next: /^Check its address/ })
  front.trouble = undefined
  t.equal((await terminal.get(`${front.origin}/home`)).status, 200)
  t.same(site.book.outcomes, ['signed-in'])
})
