import type { BrowserContextOptions, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { readVectors, vectorsMissing } from '../attacks/vectors.ts'
import { findChromium, launchChromium, wantedChromium } from '../chromium.ts'
import { type StartedPortal, startPortal } from './start-portal.ts'
import { askingAccount, workingAccount } from './working-site.ts'

const skip = findChromium() === undefined ? wantedChromium : false

/** A real browser where ann has signed in by the page. What it complains of is kept: a refused style or script, a script's error. */
async function openBrowser(t: Test, relay: StartedPortal, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const page = await (await browser.newContext(options)).newPage()
  page.setDefaultTimeout(60_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => complaints.push(dialog.message()))
  page.on('console', (message) => message.type() === 'error' && !message.text().startsWith('Failed to load resource') && complaints.push(message.text()))
  await page.goto(relay.portalUrl)
  await page.getByLabel('Your name').fill('ann')
  await page.getByLabel('Your password').fill(relay.ann.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Your accounts' }).waitFor()
  return { page, complaints }
}

t.test('without JavaScript a person signs in, adds an account, has it signed in, ends it, and signs out', { skip }, async (t) => {
  const relay = await startPortal(t)
  const { business, password, account } = await workingAccount(t, relay, relay.ann)
  await relay.accounts.removeAccount(account.id)
  const { page, complaints } = await openBrowser(t, relay, { javaScriptEnabled: false })

  await page.getByRole('link', { name: 'Add an account' }).click()
  await page.getByLabel('Site', { exact: true }).selectOption(account.siteId)
  await page.getByLabel('User name at the site').fill('worker')
  await page.getByLabel('Password at the site').fill(password)
  await page.getByRole('button', { name: 'Add the account' }).click()
  await page.getByText('The account is stored.').waitFor()

  await page.getByRole('button', { name: 'Sign in now' }).click()
  await page.getByText('Signed in since').waitFor()
  await page.getByText('Sign-in, step by step').waitFor()
  t.equal(business.book.outcomes.join(), 'signed-in')

  await page.getByRole('button', { name: 'End' }).click()
  await page.getByText('The session is ended').waitFor()
  t.equal(relay.sessions.listLive().length, 0)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are signed out').waitFor()
  t.same(complaints, [])
})

t.test('Open leads to the site’s own origin, with a code for the proxy there', { skip }, async (t) => {
  const relay = await startPortal(t)
  const { business, account } = await workingAccount(t, relay, relay.ann)
  const { page } = await openBrowser(t, relay)
  await page.getByRole('listitem').filter({ hasText: account.name }).getByRole('button', { name: 'Open' }).click()
  await page.waitForURL((url) => url.origin === business.origin)
  const delivered = business.requests.find(({ path }) => path.startsWith('/.well-known/login-relay/deliver?code='))
  t.ok(delivered, 'without the proxy, it is the site that is asked')
  t.equal(delivered?.headers.referer, undefined, 'and it is not told from where')
})

t.test('a question comes up by itself; once it is answered the browser goes on to where the person was going', { skip }, async (t) => {
  const relay = await startPortal(t)
  const { business, account } = await askingAccount(t, relay, relay.ann)
  const { page, complaints } = await openBrowser(t, relay)
  await page.getByRole('listitem').filter({ hasText: account.name }).getByRole('button', { name: 'Open' }).click()
  await page.getByLabel('What does the image say?').waitFor()
  t.ok(await page.locator('img.captcha').evaluate((image: { naturalWidth: number }) => image.naturalWidth > 0), 'the image is shown')
  t.match(await page.locator('[data-until]').textContent(), /\d+ seconds left/)
  await page.getByLabel('What does the image say?').fill(business.answer)
  await page.getByRole('button', { name: 'Send the answer' }).click()
  await page.waitForURL((url) => url.origin === business.origin)
  const deliveries = () => business.requests.filter(({ path }) => path.startsWith('/.well-known/login-relay/')).length
  t.equal(deliveries(), 1, 'once')
  await page.goBack()
  await page.getByRole('button', { name: 'Continue' }).waitFor()
  await page.waitForTimeout(500)
  t.equal(deliveries(), 1, 'and a person who goes back stays there')
  t.same(complaints, [])
})

t.test('a page that is open shows what happens elsewhere', { skip }, async (t) => {
  const relay = await startPortal(t)
  const { account } = await workingAccount(t, relay, relay.ann)
  const { page, complaints } = await openBrowser(t, relay)
  const card = page.getByRole('listitem').filter({ hasText: account.name })
  await card.getByText('Not signed in').waitFor()
  await relay.sessions.ensure(account.id)
  await card.getByText('Signed in since').waitFor()
  await relay.sessions.end(account.id)
  await card.getByText('Not signed in').waitFor()
  t.same(complaints, [])
})

t.test('what the person is typing stays while the page keeps itself fresh', { skip }, async (t) => {
  const relay = await startPortal(t)
  const { account } = await askingAccount(t, relay, relay.ann)
  const { page } = await openBrowser(t, relay)
  await page.goto(`${relay.portalUrl}/accounts/${account.id}`)
  const signedIn = relay.sessions.ensure(account.id).catch(() => undefined)
  await page.getByLabel('What does the image say?').fill('tul')
  const other = await workingAccount(t, relay, relay.ann)
  await relay.sessions.ensure(other.account.id)
  await page.waitForTimeout(500)
  t.equal(await page.getByLabel('What does the image say?').inputValue(), 'tul')
  await relay.sessions.end(account.id)
  await signedIn
})

t.test('every page fits a phone: nothing sideways, everything to touch is 44 pixels high', { skip }, async (t) => {
  const relay = await startPortal(t)
  await relay.accounts.addAccount({ owner: relay.ann.user.id, siteId: 'erp', name: 'n'.repeat(60), username: 'u'.repeat(200), secrets: { password: 'p' } })
  const { page, complaints } = await openBrowser(t, relay, { viewport: { width: 360, height: 740 } })
  const { id } = relay.ann.account
  const paths = [
    '/',
    `/accounts/${id}`,
    `/accounts/${id}/password`,
    '/accounts/new',
    '/sites/new',
    '/devices',
    '/sites',
    '/sites/erp',
    '/sessions',
    '/people',
    '/security',
    '/notices',
    '/notices/delivery',
    '/set-up',
    '/nowhere',
    `/handoff/${'x'.repeat(43)}`,
  ]
  for (const path of paths) {
    await page.goto(relay.portalUrl + path)
    t.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, `${path}: nothing sideways`)
    const rows = await page.evaluate(`[...document.querySelectorAll('.bar nav')].map((nav) => new Set([...nav.children].map((entry) => entry.offsetTop)).size)`)
    t.same(rows, [1, 1], `${path}: each menu on one line`)
    // Of a box to tick, what is touched is its label.
    const small = await page.evaluate(`[...document.querySelectorAll('button, input:not([type=hidden]), select, summary, nav a, .button')]
      .map((element) => (element.type === 'checkbox' || element.type === 'radio') && element.labels.length > 0 ? element.labels[0] : element)
      .filter((element) => element.offsetParent !== null && element.getBoundingClientRect().height < 43.5).map((element) => element.outerHTML)`)
    t.same(small, [], `${path}: nothing too small to touch`)
    t.equal(await page.locator('h1').count(), 1, `${path}: one heading`)
    t.same(
      await page.evaluate(
        `[...document.querySelectorAll('input:not([type=hidden]), select')].filter((field) => field.labels.length === 0).map((field) => field.name)`,
      ),
      [],
      `${path}: labels`,
    )
  }
  t.same(complaints, [])
})

t.test('naughty names run nothing in a real browser', { skip: skip || vectorsMissing('naughty-strings') }, async (t) => {
  const relay = await startPortal(t)
  for (const username of readVectors<string[]>('naughty-strings/blns.json')) {
    await relay.accounts
      .addAccount({ owner: relay.ann.user.id, siteId: 'erp', name: `n${Math.random()}`, username, secrets: { password: 'p' } })
      .catch(() => {})
  }
  const { page, complaints } = await openBrowser(t, relay)
  await page.goto(relay.portalUrl)
  await page.waitForTimeout(500)
  t.ok((await page.getByRole('listitem').count()) > 400)
  t.same(complaints, [])
})
