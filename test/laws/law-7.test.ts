import t, { type Test } from 'tap'
import { openTerminal } from '../flows/curl-terminal.ts'
import { startAskingSite } from '../portal/asking-site.ts'
import { Visitor } from '../portal/visitor.ts'
import { startCaptchaSite } from '../sites/captcha-site.ts'
import { startFront } from '../sites/front.ts'
import { startGbkSite } from '../sites/gbk-site.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

// Law 7: a person can always end it: a device, a session; the session at the site is ended too.
// What is under way through the proxy meanwhile: law-7-proxy.test.ts.

interface Business {
  readonly url: string
  readonly origin: string
  stop(): Promise<void>
}

async function open<S extends Business>(t: Test, site: S, username: string, password: string, folder?: string) {
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { config: { login: { captchaTries: 10 } }, ...(folder === undefined ? {} : { folder }) })
  const enrolled = await enrol(relay, { url: site.url, username, password })
  return { ...enrolled, relay, site, terminal: openTerminal(t, relay, enrolled.device) }
}

function api(relay: StartedRelay, { device }: Pick<Enrolled, 'device'>, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${device.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  return fetch(`${relay.portalUrl}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

async function plain(t: Test, folder?: string) {
  const site = await startTwoStepSite({ username: 'ann@example.test', password: 'correct horse' })
  return open(t, site, 'ann@example.test', 'correct horse', folder)
}

const sites = {
  'a form with a token, behind a captcha': async () => {
    const site = await startCaptchaSite()
    const [account] = site.accounts as [{ username: string; password: string }]
    return { site, account, alive: () => site.sessionsAlive }
  },
  'a link': async () => {
    const site = await startTwoStepSite()
    return { site, account: site.book.accounts[0], alive: () => site.book.alive }
  },
  'a form, with a cookie that changes all the time': async () => {
    const site = await startRotatingSite()
    return { site, account: site.book.accounts[0], alive: () => site.book.alive }
  },
  'a link in Chinese': async () => {
    const site = await startGbkSite()
    return { site, account: site.book.accounts[0], alive: () => site.book.alive }
  },
}

for (const [way, start] of Object.entries(sites)) {
  t.test(`law 7: a session is ended at the site too, where that is done by ${way}`, async (t) => {
    const { site, account: credential, alive } = await start()
    const { relay, terminal, account } = await open(t, site, credential?.username ?? '', credential?.password ?? '')
    await relay.sessions.ensure(account.id)
    await terminal.get(`${site.origin}/`)
    t.equal(alive(), 1)
    t.equal(await relay.sessions.end(account.id), true)
    t.equal(alive(), 0)
    t.equal(relay.sessions.live(account.id), undefined)
  })
}

const ends: Readonly<Record<string, (relay: StartedRelay, enrolled: Enrolled, visitor: Visitor) => Promise<unknown>>> = {
  'End in the portal': (_, { account }, visitor) => visitor.post(`/accounts/${account.id}/end`),
  'logout by the API': (relay, enrolled) => api(relay, enrolled, 'POST', `/accounts/${enrolled.account.id}/logout`, {}),
  'the session deleted by the API': (relay, enrolled) => api(relay, enrolled, 'DELETE', `/sessions/${enrolled.account.id}`),
  'the account removed in the portal': (_, { account }, visitor) => visitor.post(`/accounts/${account.id}/remove`),
  'the password replaced in the portal': (_, { account }, visitor) => visitor.post(`/accounts/${account.id}/password`, { username: 'ann', password: 'x' }),
  'the site removed': (relay, { site }) => relay.accounts.removeSite(site.id),
}

for (const [way, end] of Object.entries(ends)) {
  t.test(`law 7: by ${way} the session ends here and at the site, and links to what is gone are worth nothing`, async (t) => {
    const scene = await plain(t)
    const { relay, site, account, user, portalPassword } = scene
    const visitor = new Visitor(relay.portalUrl)
    await visitor.signIn(user.name, portalPassword)
    await relay.sessions.ensure(account.id)
    const { value } = await relay.sessions.tickets.issue(account.id, user.id)
    const code = relay.sessions.tickets.issueDelivery({ accountId: account.id, holder: user.id, expiresAt: Date.now() + 60_000 })
    t.equal(site.book.alive, 1)
    await end(relay, { ...scene, site: relay.accounts.site('erp') as Enrolled['site'] }, visitor)
    t.equal(relay.sessions.listLive().length, 0)
    for (let tries = 0; tries < 1500 && site.book.alive > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 20))
    t.equal(site.book.alive, 0)
    t.equal(site.book.outcomes.length, 1, 'nobody signed in anew')
    // Who replaces the password keeps his links: they lead to a session with the new one.
    if (way === 'the password replaced in the portal') return
    t.equal((await api(relay, scene, 'POST', '/tickets/claim', { ticket: value })).status, 410)
    t.equal(relay.sessions.tickets.takeDelivery(code, user.id), undefined)
  })
}

t.test('law 7: a revoked device is nobody at once: at the proxy, at the API, on its event stream; others go on', async (t) => {
  const scene = await plain(t)
  const { relay, site, device, user, portalPassword, terminal } = scene
  const other = await relay.identity.addDevice(user.id, 'other')
  t.equal((await terminal.get(`${site.origin}/home`)).status, 200)
  const events = await api(relay, scene, 'GET', '/events')
  const visitor = new Visitor(relay.portalUrl)
  await visitor.signIn(user.name, portalPassword)
  const { id } = (await relay.identity.listDevices(user.id)).find(({ name }) => name === device.name) as { id: string }
  t.equal((await visitor.post(`/devices/${id}/revoke`)).location, '/devices?done=device-revoked')
  t.equal((await terminal.get(`${site.origin}/home`)).status, 407)
  t.equal((await api(relay, scene, 'GET', '/me')).status, 401)
  const ended = await Promise.race([events.text().then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 40_000).unref())])
  t.ok(ended, 'its event stream ends')
  t.equal((await openTerminal(t, relay, { name: 'other', token: other.token }).get(`${site.origin}/home`)).status, 200)
  t.equal(site.book.outcomes.length, 1, 'the session was not the device’s own')
})

t.test('law 7: a sign-in that waits for an answer can be ended; the answer comes too late then', async (t) => {
  const business = await startAskingSite('ann', 'correct horse')
  const { relay, account } = await open(t, business, 'ann', 'correct horse')
  const signingIn = relay.sessions.ensure(account.id).catch((error: unknown) => error)
  while (relay.sessions.challenges().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  const [challenge] = relay.sessions.challenges()
  // The relay has made its own guesses before it asked.
  const sent = (): number => business.requests.filter(({ method }) => method === 'POST').length
  const before = sent()
  t.equal(await relay.sessions.end(account.id), true)
  t.match(await signingIn, { code: 'login_failed' })
  t.equal(relay.sessions.answer(challenge?.id ?? '', business.answer), false)
  t.equal(relay.sessions.listLive().length, 0)
  t.equal(sent(), before, 'the password was not sent again')
})

t.test('law 7: while the site is down the session ends here all the same, and stays ended after a restart', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password: 'correct horse' })
  const front = await startFront(site)
  t.teardown(() => site.stop())
  const folder = await tempFolder(t)
  const { relay, account } = await open(t, front, 'ann@example.test', 'correct horse', folder)
  await relay.sessions.ensure(account.id)
  front.trouble = 'down'
  t.equal(await relay.sessions.end(account.id), true)
  t.equal(relay.sessions.live(account.id), undefined)
  await relay.stop()
  const again = await startRelay(t, { folder })
  t.equal(again.sessions.listLive().length, 0)
})
