import type { Response } from 'playwright-core'
import t from 'tap'
import { filesIn, formsIn, newCanary } from '../laws/canary.ts'
import { page as answerPage, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { launchGatewayBrowser, skipGatewayBrowser } from './gateway-browser.ts'
import { startGateway } from './start-gateway.ts'

t.test('a person opens his account in Chromium, with no proxy set, and works there signed in', { skip: skipGatewayBrowser }, async (t) => {
  const canary = newCanary()
  const origin = await startRecordingOrigin(t)
  const crm = await startRecordingOrigin(t, { host: 'crm.test' })
  const house = await startGateway(t, { origins: [origin], password: canary.value })
  await house.addSite('crm', crm)
  const browser = await launchGatewayBrowser(t, house)
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const received: Promise<{ what: string; bytes: Buffer }>[] = []
  page.on('response', (response) => void received.push(wholeOf(response)))

  await page.goto(`${house.portalUrl}/accounts/${house.account.id}`)
  await page.getByLabel('Your name').fill(house.ann.name)
  await page.getByLabel('Your password').fill(house.ann.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  origin.on('/', answerPage(`<title>Orders</title><a href="${origin.origin}/order/7">the order</a>`))
  await page.getByRole('link', { name: 'Open in gateway' }).click()
  await page.waitForURL(`${house.at()}/`)
  await page.getByRole('link', { name: 'the order' }).click()
  await page.waitForURL(`${house.at()}/order/7`)
  t.match(await page.textContent('body'), 'GET /order/7')
  const ordered = origin.requests.find(({ target }) => target === '/order/7')
  t.match(ordered?.field('cookie'), 'sid=1')
  t.equal(ordered?.field('referer'), `${origin.origin}/`)

  await t.test('scripts of its pages see neither the session nor the pass, and reach their own site alone', async (t) => {
    t.notMatch(await page.evaluate('document.cookie'), /sid|login-relay/)
    t.equal(await page.evaluate('fetch("/api").then((answer) => answer.status)'), 200)
    const other = (url: string) =>
      page.evaluate(
        `fetch(${JSON.stringify(url)}, { credentials: 'include', mode: 'no-cors', method: 'POST', body: 'x' }).then((answer) => answer.type, () => 'refused')`,
      )
    // Its passes are there, from a visit of the person.
    const second = await context.newPage()
    await second.goto(`${house.at('crm')}/`)
    await other(`${house.at('crm')}/delete`)
    t.notOk(
      crm.requests.some(({ target }) => target === '/delete'),
      'a page of another account comes nowhere',
    )
    const [session] = await house.identity.listPortalSessions(house.userId)
    await other(`${house.portalUrl}/sign-out`)
    t.ok(house.identity.isPortalSessionLive(session?.id ?? ''))
  })

  await t.test('an address that a script builds is told to who runs the relay', async (t) => {
    await page.evaluate(`fetch(${JSON.stringify(`${origin.origin}/built`)}).catch(() => {})`)
    for (let i = 0; i < 400 && !house.logged().includes('past the gateway'); i++) await page.waitForTimeout(25)
    t.match(house.logged(), 'past the gateway')
    await page.goto(`${house.portalUrl}/accounts/${house.account.id}`)
    t.match(await page.textContent('main'), origin.origin)
  })

  await t.test('law 1: nothing that came to the browser, was logged or lies on the disk holds the password', async (t) => {
    await page.goto(`${house.at()}/login`)
    t.ok(received.length > 5)
    const everything = [...(await Promise.all(received)), { what: 'the log', bytes: Buffer.from(house.logged()) }, ...(await filesIn(house.folder))]
    for (const { what, bytes } of everything) t.same(formsIn([canary], bytes), [], what)
  })
})

async function wholeOf(response: Response): Promise<{ what: string; bytes: Buffer }> {
  const headers = await response.allHeaders().catch(() => ({}))
  const body = await response.body().catch(() => Buffer.alloc(0))
  return { what: response.url(), bytes: Buffer.concat([Buffer.from(JSON.stringify(headers)), body]) }
}
