import t from 'tap'
import { findChromium, launchChromium, wantedChromium } from '../chromium.ts'
import { curl } from '../proxy/curl.ts'
import { page as answer, startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startHouse } from '../proxy/start-house.ts'
import { until } from '../until.ts'
import { enrolmentAt, overTls, startConnect } from './start-connect.ts'

const skip = findChromium() === undefined ? wantedChromium : false

t.test('Chromium with the local PAC file is signed in, asked for nothing, and no page of it gets at the program', { skip }, async (t) => {
  const site = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [site], config: overTls })
  const connect = await startConnect(t, [await enrolmentAt(house)])
  site.on('/app', answer('<h1>The app</h1>'))
  await until(async () => (await curl(`${connect.proxyUrl}/proxy.pac`)).out.includes('site.test'), 'the hosts are known')
  // Chromium itself keeps pages from this machine since version 142; others do not.
  const browser = await launchChromium({ args: [`--proxy-pac-url=${connect.proxyUrl}/proxy.pac`, '--disable-features=LocalNetworkAccessChecks'] })
  t.teardown(() => browser.close())
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  await page.goto(`${site.origin}/app`)
  t.equal(await page.locator('h1').textContent(), 'The app')
  t.equal(site.requests.at(-1)?.field('cookie'), 'sid=1')
  // Showing what is elsewhere takes no leave of it.
  const answered = page.waitForResponse(`${connect.proxyUrl}/proxy.pac`)
  await page.setContent(`<iframe src="${connect.proxyUrl}/proxy.pac"></iframe>`)
  t.equal((await answered).status(), 403)
})
