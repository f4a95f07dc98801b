import t from 'tap'
import { createTestAuthority } from '../outbound/certificates.ts'
import { curl } from '../proxy/curl.ts'
import { startBasicSite } from '../sites/basic-site.ts'
import { startCaptchaSite } from '../sites/captcha-site.ts'
import { startGbkSite } from '../sites/gbk-site.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { openTerminal } from './curl-terminal.ts'

// curl, a device token and the relay's CA: that is all a terminal needs to be signed in at each kind of site.

t.test('a site with a captcha, over HTTP: the first request signs in, the next ones use the session', async (t) => {
  const site = await startCaptchaSite()
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { config: { login: { captchaTries: 10 } } })
  const [account] = site.accounts as [{ username: string; password: string }]
  const { device } = await enrol(relay, { url: site.url, ...account })
  const terminal = openTerminal(t, relay, device)
  for (const order of ['', '/10249', '/10250']) {
    const { status, body, header } = await terminal.get(`${site.origin}/orders${order}`)
    t.match([status, body.toString(), header('set-cookie')], [200, /Signed in as Ann Miller/, undefined])
  }
  t.equal(site.signIns.filter((outcome) => outcome === 'signed-in').length, 1)
  const csrf = /name="csrf_token" value="([^"]+)"/.exec((await terminal.get(`${site.origin}/orders/10250`)).body.toString())?.[1] ?? ''
  t.equal((await terminal.get(`${site.origin}/orders/10250/ship`, '--data-urlencode', `csrf_token=${csrf}`)).status, 303)
  t.same(site.shipped, ['10250'], 'and it can act there')
})

t.test('the same over HTTPS, with the relay’s CA trusted and the site’s own CA known to the relay alone', async (t) => {
  const authority = await createTestAuthority()
  const site = await startCaptchaSite({ tls: await authority.issue('erp.test'), host: 'erp.test' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { hosts: { 'erp.test': '127.0.0.1' }, config: { login: { captchaTries: 10 } } })
  const [account] = site.accounts as [{ username: string; password: string }]
  const { device } = await enrol(relay, { url: site.url, ...account, ca: authority.cert })
  const terminal = openTerminal(t, relay, device)
  t.match((await terminal.get(`${site.origin}/orders`)).body.toString(), /Signed in as Ann Miller/)
  const asking = await terminal.get(`${site.origin}/orders`, '--proxy-anyauth')
  t.match([asking.status, asking.body.toString()], [200, /Signed in as Ann Miller/], 'with --proxy-anyauth')
  const distrusting = await curl('--proxy', terminal.proxyUrl, `${site.origin}/orders`)
  t.match([distrusting.exit, distrusting.out], [60, ''], 'without the CA curl refuses')
})

t.test('a Chinese site in GBK: the person’s Chinese name and password arrive, the page comes as it is', async (t) => {
  const site = await startGbkSite({ username: '张伟', password: '密码 a+b&c=d' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device } = await enrol(relay, { url: site.url, username: '张伟', password: '密码 a+b&c=d' })
  const { status, body } = await openTerminal(t, relay, device).get(`${site.origin}/main`)
  t.equal(status, 200)
  t.match(new TextDecoder('gbk').decode(body), /欢迎您，张伟/)
  t.same(site.book.outcomes, ['signed-in'])
})

t.test('a site that asks for the name first and for the password on the next page', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password: 'correct horse' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device } = await enrol(relay, { url: site.url, username: 'ann@example.test', password: 'correct horse' })
  t.match((await openTerminal(t, relay, device).get(`${site.origin}/home`)).body.toString(), /Hello ann@example\.test/)
  t.same(site.book.outcomes, ['signed-in'])
})

t.test('a site with HTTP Basic: the relay answers for the person, whatever credential the terminal makes up', async (t) => {
  const site = await startBasicSite({ username: 'ann', password: 'correct: horse' })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { device } = await enrol(relay, { url: site.url, username: 'ann', password: 'correct: horse', adapter: 'basic' })
  const terminal = openTerminal(t, relay, device)
  for (const options of [[], ['--user', 'ann:guess']]) {
    const { status, body, header } = await terminal.get(`${site.origin}/reports`, ...options)
    t.match([status, body.toString(), header('authorization')], [200, /Reports for ann/, undefined])
  }
  t.equal(site.counts.refused, 0)
})
