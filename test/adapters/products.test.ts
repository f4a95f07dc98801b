import t from 'tap'
import { grafana, nodeRed, ruoyi, verdaccio } from '../../adapters/products/index.ts'
import { startEngine } from '../login/engine-for-test.ts'
import { serve } from '../sites/serve.ts'
import { openPage } from './open-page.ts'

const products = [grafana, nodeRed, ruoyi, verdaccio]

const pages: Readonly<Record<string, string>> = {
  grafana: '<title>Metrics</title><div id="reactRoot"></div><script>window.grafanaBootData = {}</script>',
  'node-red': '<title>Flows</title><div id="red-ui-editor"></div><script src="red/red.min.js?v=1"></script>',
  verdaccio: '<title>Packages</title><script src="/npm/-/static/ui-options.js"></script><div id="root"></div>',
  ruoyi: '<title>某某管理系统</title><div id="app"><div id="loader-wrapper"><div class="load_title">正在加载系统资源，请耐心等待</div></div></div>',
}

t.test('each product is known by its own page, whatever it is titled, and by no other', async (t) => {
  for (const [name, markup] of Object.entries(pages)) {
    const page = await openPage(t, markup)
    const sure = await Promise.all(products.map(async (one) => [one.name, (await one.detect?.(page, AbortSignal.timeout(1000))) ?? 0] as const))
    t.same(
      sure.filter(([, value]) => value >= 0.5).map(([known]) => known),
      [name],
    )
  }
})

t.test('a page with a form of its own is left to the form, even where it names the product', async (t) => {
  const form = '<form method="post"><input name="username"><input type="password" name="password"><button>登录</button></form>'
  for (const markup of Object.values(pages)) {
    const page = await openPage(t, markup + form)
    for (const product of products) t.equal(await product.detect?.(page, AbortSignal.timeout(1000)), 0, product.name)
  }
})

t.test('the probe says which product it found', async (t) => {
  const site = await serve(() => ({ body: pages.ruoyi ?? '' }))
  t.teardown(() => site.stop())
  const report = await (await startEngine(t)).probe(new URL(site.url))
  t.match(report, { ok: true, adapter: 'ruoyi', settings: {}, origins: [site.origin] })
  t.match(report.found.join(), /the adapter ruoyi knows: RuoYi \(若依\)/)
  t.ok(site.requests.every(({ method }) => method === 'GET'))
})

t.test('a setting of its own wins over the product’s, and an unknown one is refused', async (t) => {
  t.match(ruoyi.settings.parse({}), { url: '/prod-api/login', token: { json: 'token' }, send: 'json' })
  t.match(ruoyi.settings.parse({ url: '/dev-api/login' }), { url: '/dev-api/login', check: '/prod-api/getInfo' })
  for (const { settings } of products) t.notOk(settings.safeParse({ ulr: '/x' }).success)
})
