import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core'
import t, { type Test } from 'tap'
import { RelayError } from '../../../relay/errors.ts'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { type SubscribedBrowser, startPushService } from '../../control/notices/push/push-service.ts'
import { until } from '../../until.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'

const skip = findChromium() === undefined ? wantedChromium : false

interface Shown {
  readonly title: string
  readonly body: string
  readonly tag: string
}

interface Opened {
  readonly context: BrowserContext
  readonly page: Page
  readonly cdp: CDPSession
  readonly complaints: readonly string[]
}

/** Chromium at the page where ann says where her notices go, with leave to notify; `script` runs before those of the page. */
async function openDelivery(t: Test, relay: StartedPortal, script: string): Promise<Opened> {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const context = await browser.newContext({ permissions: ['notifications'] })
  await context.addInitScript(script)
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(`${relay.portalUrl}/sign-in?next=/notices/delivery`)
  await page.getByLabel('Your name').fill('ann')
  await page.getByLabel('Your password').fill(relay.ann.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Notices on this device' }).waitFor()
  return { context, page, cdp: await context.newCDPSession(page), complaints }
}

/**
 * What the browser gives out when it subscribes: Chromium asks Google's push service, which no test reaches. All else of the page's way, the
 * browser's permission, its worker and what that is told, is its own.
 */
function subscribesAs({ endpoint, p256dh, auth }: SubscribedBrowser): string {
  const json = JSON.stringify({ endpoint, expirationTime: null, keys: { p256dh, auth } })
  return `if (typeof PushManager !== 'undefined') {
    const subscription = {
      toJSON: () => (${json}),
      unsubscribe: async () => { localStorage.removeItem('subscribed'); return true },
    }
    PushManager.prototype.getSubscription = async () => localStorage.getItem('subscribed') === null ? null : subscription
    PushManager.prototype.subscribe = async (options) => {
      localStorage.setItem('subscribed', JSON.stringify(options))
      return subscription
    }
  }`
}

/** Hands a message to the worker, as the browser does when its push service has brought one. */
async function deliver(cdp: CDPSession, origin: string, data: string): Promise<void> {
  const found = Promise.withResolvers<string>()
  cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    for (const { registrationId, scopeURL, isDeleted } of registrations) if (!isDeleted && scopeURL === `${origin}/notices/`) found.resolve(registrationId)
  })
  await cdp.send('ServiceWorker.enable')
  await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId: await found.promise, data })
  await cdp.send('ServiceWorker.disable')
}

function notifications(page: Page): Promise<Shown[]> {
  return page.evaluate(`navigator.serviceWorker.getRegistration('/notices/')
    .then((registration) => registration.getNotifications())
    .then((shown) => shown.map(({ title, body, tag }) => ({ title, body, tag })))`)
}

/** Where a click on a notification of this id leads. Chromium opens windows on a person's own click alone: what it is asked to open is looked at. */
function clickLeadsTo(worker: Worker, id: unknown): Promise<string> {
  return worker.evaluate(`new Promise((resolve) => {
    self.clients.openWindow = async (address) => resolve(address)
    const notification = { close() {}, data: ${JSON.stringify({ id })} }
    const event = Object.assign(new ExtendableEvent('notificationclick'), { notification })
    event.waitUntil = () => {}
    self.dispatchEvent(event)
  })`)
}

/** The browser's push service reaches it at another address: what a browser tells its worker then, with or without the one before. */
function changes(worker: Worker, after: SubscribedBrowser, before?: SubscribedBrowser): Promise<void> {
  const as = ({ endpoint, p256dh, auth }: SubscribedBrowser) =>
    `{ options: {}, toJSON: () => (${JSON.stringify({ endpoint, expirationTime: null, keys: { p256dh, auth } })}) }`
  return worker.evaluate(`new Promise((resolve) => {
    const event = new ExtendableEvent('pushsubscriptionchange')
    Object.assign(event, { newSubscription: ${as(after)}, oldSubscription: ${before === undefined ? 'null' : as(before)} })
    event.waitUntil = (work) => work.then(resolve, resolve)
    self.dispatchEvent(event)
  })`)
}

t.test(
  'a person has notices shown at his browser: it is asked, subscribes, shows what comes, is tested and ended; where it cannot be, the page says why',
  { skip },
  async (t) => {
    const service = await startPushService(t)
    const subscribed = service.subscribe()
    let ahead = 0
    const relay = await startPortal(t, { config: { notices: { webhooks: 'private' } }, now: () => Date.now() + ahead })
    const { context, page, cdp, complaints } = await openDelivery(t, relay, subscribesAs(subscribed))
    const { pushKey } = relay.notices.delivery(relay.ann.user.id)
    await page.getByLabel('each use of your accounts').first().uncheck()
    await page.getByRole('button', { name: 'Show notices on this device' }).click()
    await page.getByText('Your notices are shown at this browser from now on').waitFor()
    t.same(JSON.parse(await page.evaluate(`localStorage.getItem('subscribed')`)), { userVisibleOnly: true, applicationServerKey: pushKey })
    t.match(relay.notices.delivery(relay.ann.user.id).browsers, [{ name: /^Chrome on /, groups: ['attention', 'door'], service: /^127/ }])
    await page.getByText('(this one)').waitFor()
    t.equal(await page.getByLabel('each use of your accounts').first().isChecked(), false)
    await page.getByLabel('each use of your accounts').first().check()
    await page.getByRole('button', { name: 'Save', exact: true }).first().click()
    await page.locator('[data-groups~="use"]').getByText('(this one)').waitFor()
    t.equal(relay.notices.delivery(relay.ann.user.id).browsers.length, 1, 'once more is the same one')

    const took = page.getByText('The push service took the test.')
    await until(async () => {
      await page.getByRole('button', { name: 'Send a test notice' }).click()
      // While notices are under way to this person there may be no room for a test.
      await took.or(page.getByText('Too many tries.')).first().waitFor()
      return took.isVisible()
    }, 'the service takes the test')
    const test = subscribed.shown().findLast(({ title }) => title === 'A test of your notices')
    await deliver(cdp, relay.portalUrl, JSON.stringify(test))
    await until(async () => (await notifications(page)).length === 1, 'the browser shows it')
    t.match(await notifications(page), [{ title: 'A test of your notices', tag: test?.id, body: /^By: ann\n.*When: /s }])
    await deliver(cdp, relay.portalUrl, JSON.stringify(test))
    await deliver(cdp, relay.portalUrl, 'no JSON')
    await until(async () => (await notifications(page)).some(({ title }) => title === 'A notice is at the relay'), 'what cannot be read is shown as such')
    t.equal((await notifications(page)).length, 2, 'and what comes twice is shown once')

    const [worker] = context.serviceWorkers()
    t.equal(worker?.url(), `${relay.portalUrl}/notices/worker.js`)
    t.equal(await clickLeadsTo(worker as Worker, test?.id), `${relay.portalUrl}/notices/${test?.id}`)
    for (const id of ['https://evil.example/', '//evil.example', '../sign-out', 'a/b', '\\evil.example', '', {}, null])
      t.equal(await clickLeadsTo(worker as Worker, id), `${relay.portalUrl}/notices`, String(id))
    const [second, third] = [service.subscribe(), service.subscribe()]
    const own = () => relay.notices.delivery(relay.ann.user.id).browsers.map(({ id }) => id)
    const [before] = own()
    await changes(worker as Worker, second)
    const [changed] = own()
    t.not(changed, before, 'the worker knows what was before')
    ahead += 10_000
    await changes(worker as Worker, third, second)
    t.notOk([before, changed].includes(own()[0] ?? ''))
    const [last] = own()
    const takes = relay.notices.beginRenewal.bind(relay.notices)
    const refuses = () => {
      throw new RelayError('too_many_tries', { params: { seconds: 3600 } })
    }
    Object.assign(relay.notices, { beginRenewal: refuses })
    await changes(worker as Worker, second, third)
    const isTold = async () => (await notifications(page)).some(({ title }) => title === 'Notices are shown here no longer')
    await until(isTold, 'where the relay does not take it, as it does not after too many, he is told')
    t.same(own(), [last])
    Object.assign(relay.notices, { beginRenewal: takes })
    ahead += 10_000
    await changes(worker as Worker, subscribed, second)
    t.same(own(), [before], 'and the next time the relay is told what it knows')
    await (worker as Worker).evaluate(`caches.delete('notices')`)
    ahead += 10_000
    await changes(worker as Worker, second, subscribed)
    t.same(own(), [changed], 'what the browser says is enough')
    ahead += 10_000
    await changes(worker as Worker, subscribed, second)
    t.same(own(), [before])

    await page.goto(`${relay.portalUrl}/notices/${test?.id}`)
    await page.getByRole('heading', { name: 'A test of your notices' }).waitFor()

    await page.goto(`${relay.portalUrl}/notices/delivery`)
    await page.getByText('(this one)').waitFor()
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByText('No notice is shown there any more.').waitFor()
    t.same(relay.notices.delivery(relay.ann.user.id).browsers, [])
    t.equal(await page.evaluate(`localStorage.getItem('subscribed')`), null, 'the browser has ended it too')
    t.same(complaints, [])
    const mine = service.pushes.filter(({ path }) => subscribed.endpoint.endsWith(path))
    t.ok(mine.length > 0)
    for (const { body } of mine) for (const secret of [relay.ann.password, relay.ann.device.token]) t.notOk(subscribed.decrypt(body).includes(secret))
    for (const secret of [subscribed.endpoint, subscribed.auth]) t.notOk(relay.logged().includes(secret))

    // Where it cannot be, the page says why.
    await page.addInitScript(`PushManager.prototype.subscribe = async () => { throw new DOMException('no', 'AbortError') }`)
    await page.reload()
    const button = page.getByRole('button', { name: 'Show notices on this device' })
    await button.click()
    await page.getByText('This browser could not reach its push service').waitFor()
    await page.addInitScript(`Object.defineProperty(Notification, 'permission', { get: () => 'denied' })`)
    await page.reload()
    await page.getByText('This browser refuses notifications of this portal.').waitFor()
    t.equal(await button.count(), 0)
    t.match(
      await page.evaluate(`fetch('/notices/delivery').then((answer) => answer.text())`),
      /<p class="note" id="push-note" role="status">This takes JavaScript/,
    )
    t.same(relay.notices.delivery(relay.ann.user.id).browsers, [])
  },
)

t.test(
  'a page that was open too long asks who it is before it changes anything at the browser; and where notices to browsers are off, what was subscribed is ended there too',
  { skip },
  async (t) => {
    const service = await startPushService(t)
    const subscribed = service.subscribe()
    let ahead = 0
    const config = { notices: { webhooks: 'private' } }
    const relay = await startPortal(t, { config, now: () => Date.now() + ahead })
    const { page, complaints } = await openDelivery(t, relay, subscribesAs(subscribed))
    const isSubscribed = async () => (await page.evaluate(`localStorage.getItem('subscribed')`)) !== null
    const verify = async () => {
      await page.getByLabel('Your password').fill(relay.ann.password)
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('heading', { name: 'Where notices go' }).waitFor()
    }
    ahead += 6 * 60_000
    await page.getByRole('button', { name: 'Show notices on this device' }).click()
    await page.waitForURL(/\/verify\?next=%2Fnotices%2Fdelivery$/)
    t.equal(await isSubscribed(), false, 'nothing was changed before')
    await verify()
    await page.getByRole('button', { name: 'Show notices on this device' }).click()
    await page.getByText('(this one)').waitFor()
    t.equal(await isSubscribed(), true)

    ahead += 6 * 60_000
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.waitForURL(/\/verify\?next=/)
    t.equal(await isSubscribed(), true, 'nor when it is ended')
    t.equal(relay.notices.delivery(relay.ann.user.id).browsers.length, 1)
    await verify()

    // Who runs the relay switches it off.
    const { delivery } = relay.notices
    const off = (owner: string) => ({ ...delivery(owner), can: { ...delivery(owner).can, push: false }, pushKey: '' })
    Object.assign(relay.notices, { delivery: off })
    await page.reload()
    await page.getByText('This relay shows none at browsers').waitFor()
    await page.getByText('(this one)').waitFor()
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByText('No notice is shown there any more.').waitFor()
    t.equal(await isSubscribed(), false, 'the browser has ended it too')
    t.same(relay.notices.delivery(relay.ann.user.id).browsers, [])
    t.same(complaints, [])
  },
)
