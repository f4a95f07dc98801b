import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../../chromium.ts'
import { page as answer, startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

const skip = findChromium() === undefined ? wantedChromium : false

/** A page elsewhere, reached past the proxy. */
async function serveElsewhere(t: Test, html: string): Promise<string> {
  const server = createServer((_, res) => void res.setHeader('Content-Type', 'text/html').end(html)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

t.test('in Chromium a person chooses once and comes to the page he asked for, its # with it; other pages choose nothing', { skip }, async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/app', answer('<h1>The app</h1>'))
  const house = await startHouse(t, { origins: [origin] })
  const second = await house.accounts.addAccount({ owner: house.userId, siteId: 'erp', name: 'second', username: 'bob', secrets: { password: 'pw' } })
  const { username, password } = new URL(house.proxyUrl)
  const browser = await launchChromium({ proxy: { server: `http://${house.proxy.address}`, username, password, bypass: '127.0.0.1' } })
  t.teardown(() => browser.close())
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()

  const elsewhere = await serveElsewhere(
    t,
    `<iframe src="http://relay.pac/accounts"></iframe><form method="post" action="http://relay.pac/accounts">
<input name="token" value="x"><input name="site" value="erp"><input name="account" value="${second.id}"></form>`,
  )
  await page.goto(elsewhere)
  await page.waitForFunction('window.frames.length === 1')
  t.equal(await page.frames()[1]?.locator('button').count(), 0, 'the frame stays empty')
  const [refused] = await Promise.all([page.waitForResponse('http://relay.pac/accounts'), page.evaluate('document.forms[0].submit()')])
  t.equal(refused.status(), 403)
  await page.waitForURL('http://relay.pac/accounts')
  t.equal(house.choices.of(house.device.id, 'erp'), undefined)

  await page.goto(`${origin.origin}/app?x=1#/inbox`)
  t.match(page.url(), /^http:\/\/relay\.pac\/accounts\?.*#\/inbox$/)
  await page.getByRole('button', { name: 'second' }).click()
  await page.waitForSelector('text=The app')
  t.equal(page.url(), `${origin.origin}/app?x=1#/inbox`)
  t.equal(house.choices.of(house.device.id, 'erp'), second.id)
  await page.goto(`${origin.origin}/app`)
  t.equal(page.url(), `${origin.origin}/app`, 'not asked again')
})
