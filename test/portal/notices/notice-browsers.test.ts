import t from 'tap'
import { startPushService } from '../../control/notices/push/push-service.ts'
import { openTerminal } from '../../flows/curl-terminal.ts'
import { hour, setClock } from '../../identity/clock.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'
import { enrol } from '../../start-relay.ts'
import { until } from '../../until.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import type { Visitor } from '../visitor.ts'

const anywhere = { config: { notices: { webhooks: 'private' } } }

/** Calls the API as the portal's own pages do. */
function caller({ portalUrl }: StartedPortal, browser: Visitor) {
  return async (method: string, path: string, body: unknown = {}, csrf = browser.csrf) => {
    const headers = { cookie: browser.cookie, 'x-csrf-token': csrf, 'user-agent': 'Mozilla/5.0 (X11; Linux) Firefox/140.0' }
    const sent = method === 'POST' ? { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) } : { headers }
    const answer = await fetch(`${portalUrl}/api/v1/me/notices${path}`, { method, ...sent })
    const content = (await answer.json().catch(() => ({}))) as { id?: string; code?: string; title?: string; pushKey?: string; browsers?: unknown }
    return { status: answer.status, ...content }
  }
}

function asSubscription({ endpoint, p256dh, auth }: { endpoint: string; p256dh: string; auth: string }) {
  return { endpoint, expirationTime: null, keys: { p256dh, auth } }
}

type Address = Parameters<typeof asSubscription>[0]

/** Has a browser renewed, as its worker does, so long after the last time. */
function renewer({ portalUrl }: StartedPortal, pass: (pause: number) => void) {
  return async (before: Address, after: Address, pause = 10_000) => {
    pass(pause)
    const body = JSON.stringify({ before: asSubscription(before), after: asSubscription(after) }).replaceAll('"expirationTime":null,', '')
    const answer = await fetch(`${portalUrl}/api/v1/notices/browsers/renew`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), ...((await answer.json()) as { id?: string; code?: string }) }
  }
}

t.test('by the API a browser is added, shown, tested and ended by its own person alone', async (t) => {
  const service = await startPushService(t)
  const relay = await startPortal(t, anywhere)
  const [ann, bob] = [caller(relay, await relay.signedIn(relay.ann)), caller(relay, await relay.signedIn(relay.bob))]
  const browser = service.subscribe()
  const subscription = asSubscription(browser)
  t.equal((await ann('POST', '/browsers', { subscription }, 'forged')).code, 'form_stale')
  const { status, id } = await ann('POST', '/browsers', { subscription, groups: ['door'] })
  t.equal(status, 201)
  const shown = { id, name: 'Firefox on Linux', groups: ['door'], service: new URL(service.origin).host, addedAt: Number }
  t.match(await ann('GET', ''), { browsers: [shown], can: { push: true }, pushKey: /^B[\w-]{86}$/ })
  t.match(await bob('GET', ''), { browsers: [] })
  t.match(await bob('DELETE', `/browsers/${id}`), { status: 404, code: 'not_found' })
  t.match(await bob('POST', `/browsers/${id}/test`), { status: 404, code: 'not_found' })
  t.match(await bob('POST', '/browsers', { subscription }), { status: 400, code: 'bad_request' })
  t.equal((await ann('POST', `/browsers/${id}/test`)).status, 204)
  t.equal(browser.shown().at(-1)?.title, 'A test of your notices')
  t.equal((await ann('DELETE', `/browsers/${id}`)).status, 204)
  t.match(await ann('DELETE', `/browsers/${id}`), { status: 404, code: 'not_found' })
  t.match(await ann('GET', ''), { browsers: [] })
  const acts: unknown[] = []
  for await (const { act, outcome, details } of relay.audit.newest()) if (act.includes('browser') && outcome === 'done') acts.push({ act, details })
  t.match(acts, [
    { act: 'notice.end-browser', details: { name: 'Firefox on Linux' } },
    { act: 'notice.test-browser', details: { name: 'Firefox on Linux' } },
    { act: 'notice.add-browser', details: { name: 'Firefox on Linux', host: new URL(service.origin).host } },
  ])
  t.notOk(JSON.stringify(acts).includes(browser.endpoint), 'the record does not hold where it is reached')

  const own = asSubscription({ ...service.subscribe(), endpoint: `${relay.portalUrl}/api/v1/me` })
  const refused = await ann('POST', '/browsers', { subscription: own })
  t.match(refused, { code: 'destination_refused' }, 'whatever the operator allows')
})

t.test('a browser that its push service reaches at another address says so by the one before, and by nothing less', async (t) => {
  const service = await startPushService(t)
  let ahead = 0
  const relay = await startPortal(t, { ...anywhere, now: () => Date.now() + ahead })
  const [first, second, foreign] = [service.subscribe('Firefox', ['door']), service.subscribe(), service.subscribe()]
  const id = await relay.notices.addBrowser(relay.ann.user.id, first)
  await relay.notices.addBrowser(relay.bob.user.id, foreign)
  const renew = renewer(relay, (pause) => {
    ahead += pause
  })
  for (const wrong of [
    { ...first, auth: second.auth },
    { ...first, p256dh: second.p256dh },
    { ...first, endpoint: second.endpoint },
  ])
    t.match(await renew(wrong, second), { status: 404, code: 'not_found' })
  t.match(await renew(first, foreign), { status: 400, code: 'bad_request' }, 'another’s browser is not taken over')
  t.match(await renew(first, { ...second, endpoint: `${relay.portalUrl}/x` }), { code: 'destination_refused' })
  t.match(relay.notices.delivery(relay.ann.user.id).browsers, [{ id }])

  for (let i = 0; i < 9; i++) await relay.notices.addBrowser(relay.ann.user.id, service.subscribe())
  const { status, id: renewed } = await renew(first, second)
  t.equal(status, 200, 'with as many as one may have')
  t.match(relay.notices.delivery(relay.ann.user.id).browsers.at(-1), { id: renewed, name: 'Firefox', groups: ['door'] })
  t.equal(relay.notices.delivery(relay.ann.user.id).browsers.length, 10)
  t.match(await renew(first, second), { status: 404 }, 'the one before is nobody’s any more')
  t.match(relay.notices.list(relay.ann.user.id)[0], { kind: 'delivery-changed', text: /Firefox, whose push service reaches it at another address/ })
  // Not while so many of hers are being told as one person may have told at once.
  const test = () => relay.notices.testBrowser(relay.ann.user.id, renewed ?? '')
  await until(async () => (await test().catch(({ code }) => code)) !== 'too_many_tries', 'there is room for a test')
  t.equal(second.shown().at(-1)?.title, 'A test of your notices')
  for await (const { act, outcome, details } of relay.audit.newest())
    if (act === 'notice.renew-browser' && outcome === 'done') return t.match(details, { host: new URL(service.origin).host })
  t.fail('the record does not tell of it')
})

t.test(
  'who has come by the address of a browser has it renewed now and then at most, unrecorded beyond that, and not while its person is disabled',
  async (t) => {
    const service = await startPushService(t)
    const clock = setClock(Date.now())
    const relay = await startPortal(t, { ...anywhere, now: clock.now })
    const renew = renewer(relay, clock.pass)
    const [one, other, second, anns] = [service.subscribe(), service.subscribe(), service.subscribe(), service.subscribe()]
    for (const browser of [one, second]) await relay.notices.addBrowser(relay.bob.user.id, browser)
    await relay.notices.addBrowser(relay.ann.user.id, anns)
    const recorded = async () => {
      let count = 0
      for await (const { act } of relay.audit.newest()) if (act === 'notice.renew-browser') count++
      return count
    }
    t.match(await renew(one, other), { status: 200 })
    const before = await recorded()
    for (const browser of [other, second]) t.match(await renew(browser, one, 0), { status: 429, code: 'too_many_tries', retryAfter: '10' })
    t.equal(await recorded(), before)
    t.match(await renew(anns, service.subscribe(), 0), { status: 200 }, 'another person is not kept from it')
    let [at, next] = [other, one]
    for (let i = 1; i < 20; i++) {
      t.match(await renew(at, next), { status: 200 })
      ;[at, next] = [next, at]
    }
    t.match(await renew(at, next), { status: 429 })
    await relay.identity.disableUser(relay.bob.user.id)
    t.match(await renew(at, next, 24 * hour), { status: 404, code: 'not_found' })
    await relay.identity.enableUser(relay.bob.user.id)
    t.match(await renew(at, next), { status: 200 })
  },
)

t.test(
  'a subscription reaches nothing that is not public, unless the operator allows it, and what it brings shows and loads nothing of elsewhere',
  async (t) => {
    const service = await startPushService(t)
    const { p256dh, auth } = service.subscribe()
    const relay = await startPortal(t)
    const bob = caller(relay, await relay.signedIn(relay.bob))
    const refused = {
      destination_refused: ['https://127.0.0.1:1/', 'https://169.254.169.254/', 'https://[fd00::1]/', 'https://erp.example.com/push'],
      bad_request: [service.origin, 'http://192.0.2.1/', 'javascript:alert(1)', 'file:///etc/passwd', 'push'],
    }
    for (const [code, endpoints] of Object.entries(refused))
      for (const endpoint of endpoints)
        t.match(await bob('POST', '/browsers', { subscription: asSubscription({ endpoint, p256dh, auth }) }), { code }, endpoint)
    t.equal(service.pushes.length, 0)

    const worker = await fetch(`${relay.portalUrl}/notices/worker.js`)
    t.equal(worker.headers.get('content-security-policy'), "default-src 'none'; connect-src 'self'", 'what shows notices there loads nothing')
    t.match(Object.fromEntries(worker.headers), { 'content-type': /^text\/javascript/, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    const script = await worker.text()
    t.notMatch(script, /https?:|importScripts/)
    t.same(script.match(/fetch\([^,]*/g), ["fetch('/api/v1/notices/browsers/renew'"], 'and tells the relay one thing')
  },
)

t.test('what is pushed tells of the use of an account, and holds neither its password nor a token, cookie or phrase', async (t) => {
  const password = 'Canary-horse-7'
  const site = await startTwoStepSite({ username: 'ann@example.test', password })
  t.teardown(() => site.stop())
  const service = await startPushService(t)
  const relay = await startPortal(t, { config: anywhere.config, hosts: {} })
  const { device, user } = await enrol(relay, { id: 'shop', url: site.url, username: 'ann@example.test', password })
  const browser = service.subscribe()
  await relay.notices.addBrowser(user.id, browser)
  const visitor = await relay.signedIn(relay.ann)
  t.equal((await openTerminal(t, relay, device).get(`${site.origin}/home`)).status, 200)
  await until(() => browser.shown().some(({ title }) => title === 'An account was used'), 'it is told')
  const told = browser.shown()
  t.match(told.find(({ title }) => title === 'An account was used')?.body, /^Account: .*\nSite: shop\nBy: ann\nDevice: /)
  const session = visitor.cookie.split('=')[1] ?? ''
  for (const secret of ['Canary', relay.ann.password, device.token, relay.ann.device.token, session, relay.adminToken])
    t.notOk(JSON.stringify(told).includes(secret))
  t.equal(new Set(service.pushes.map(({ body }) => body.length)).size, 1, 'and is as long as all else')
})
