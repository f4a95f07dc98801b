import t from 'tap'
import { createBrowserEngine } from '../../relay/login/browser-engine/index.ts'
import { CookieJar } from '../../relay/login/cookies/index.ts'
import { findChromium, wantedChromium } from '../chromium.ts'
import { loopbackSite, outboundForTest } from '../outbound/outbound-for-test.ts'
import { serve } from '../sites/serve.ts'

const skip = findChromium() === undefined ? wantedChromium : false
const large = 2_000_000

t.test('pages in the browser on the relay', { skip }, async (t) => {
  const pages: Readonly<Record<string, string>> = {
    '/large': `<script>document.body.append(document.createComment('x'.repeat(${large})))</script>`,
    '/storage': `<script>localStorage.setItem('long', 'x'.repeat(${large})); localStorage.setItem('short', 'x')</script>`,
  }
  const site = await serve(({ path }) => ({ body: `<body><p>Here</p>${pages[path] ?? ''}</body>` }))
  const engine = createBrowserEngine({ path: findChromium(), onProblem: (error) => t.error(error) })
  t.teardown(() => Promise.all([engine.stop(), site.stop()]))
  const { origin } = site
  const open = (signal = new AbortController().signal, jar = CookieJar.create()) =>
    engine.open({
      agent: outboundForTest(t).agent(loopbackSite(origin)),
      jar,
      limits: { pageBytes: 1_000_000, pages: 5, redirects: 5 },
      signal,
      origins: [origin],
    })

  await t.test('a cookie that lasts longer than browsers count is taken, by as many pages as come', async (t) => {
    for (let count = 0; count < 4; count += 1) {
      const jar = CookieJar.create()
      jar.set('sid=1; Max-Age=999999999999', new URL(origin))
      const browser = open(undefined, jar)
      t.match((await browser.open(origin)).text, 'Here')
      await browser.close?.()
    }
  })

  await t.test('a page that waits for its turn leaves the line when its time is over, and the next one has it', async (t) => {
    const first = [open(), open(), open()]
    await Promise.all(first.map((browser) => browser.open(origin)))
    const late = new AbortController()
    const waiting = open(late.signal).open(origin)
    late.abort(new Error('over'))
    await t.rejects(waiting, { message: 'over' })
    const next = open()
    const opened = next.open(origin)
    await first[0]?.close?.()
    t.match((await opened).text, 'Here')
    await Promise.all([...first, next].map((browser) => browser.close?.()))
  })

  await t.test('what a script makes larger than a page may be stays out of the relay', async (t) => {
    const browser = open()
    await t.rejects(browser.open(`${origin}/large`), { code: 'site_too_big' })
    await browser.open(`${origin}/storage`)
    t.same(
      (await browser.kept?.())?.storage.map(({ key }) => key),
      ['short'],
    )
    await browser.close?.()
  })
})
