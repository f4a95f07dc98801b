import t from 'tap'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { type ChallengeKind, loginPage, startBadSite, startChallengeSite } from '../../sites/bad-sites.ts'
import { startBasicSite } from '../../sites/basic-site.ts'
import { startCaptchaSite } from '../../sites/captcha-site.ts'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { type Respond, serve } from '../../sites/serve.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'
import { startEngine } from '../engine-for-test.ts'

type T = Parameters<typeof startEngine>[0]

async function stopping<S extends { stop(): Promise<void> }>(t: T, site: Promise<S>): Promise<S> {
  const started = await site
  t.teardown(() => started.stop())
  return started
}

t.test('a probe tells in plain words what it found', async (t) => {
  const login = await startEngine(t)
  const captcha = await stopping(t, startCaptchaSite())
  t.match(await login.probe(new URL(captcha.url)), {
    ok: true,
    adapter: 'form',
    loginUrl: captcha.url,
    origins: [captcha.origin],
    networks: ['loopback'],
    found: ['a sign-in form at /login: user name field `user`, password field `pass`, captcha image next to `code`'],
  })
  const twoStep = await stopping(t, startTwoStepSite())
  t.match((await login.probe(new URL(twoStep.url))).found, ['a sign-in form at /login: user name field `identifier`, the password on the next page'])
  const basic = await stopping(t, startBasicSite())
  t.match(await login.probe(new URL(basic.url)), { ok: true, adapter: 'basic', found: ['HTTP Basic at /reports, realm "Reports, internal"'] })
})

t.test('a probe sends nothing but requests for pages', async (t) => {
  const login = await startEngine(t)
  const site = await stopping(t, startRotatingSite())
  await login.probe(new URL(site.url))
  t.ok(site.requests.length > 0)
  t.ok(site.requests.every(({ method, headers }) => method === 'GET' && headers.authorization === undefined))
})

t.test('a probe proposes to keep borrowed accounts off the page for changing the password, where it can tell which it is', async (t) => {
  const login = await startEngine(t)
  const leading =
    (to: string): Respond =>
    ({ path }) =>
      path === '/.well-known/change-password'
        ? { status: 302, headers: { location: to } }
        : path === '/settings/password'
          ? { status: 302, headers: { location: '/login' } }
          : { body: loginPage() }
  const site = await stopping(t, serve(leading('/settings/password')))
  t.match(await login.probe(new URL(`${site.origin}/login`)), { denyPaths: ['/settings/password'], found: [String, /kept off.*denyPaths/] })
  t.match(await login.probe(new URL(`${site.origin}/login`), { adapter: 'form', settings: { changePassword: '/me/pw' } }), { denyPaths: ['/me/pw'] })
  const other = await stopping(t, serve(leading('/login')))
  t.equal((await login.probe(new URL(`${other.origin}/login`))).denyPaths, undefined)
  const toAll = ({ path }: { path: string }) =>
    path === '/box' || path === '/login' ? { body: loginPage() } : { status: 302, headers: { location: '/login' } }
  const strict = await stopping(t, serve(toAll))
  t.equal((await login.probe(new URL(`${strict.origin}/box`))).denyPaths, undefined, 'a site that leads to its sign-in from everywhere does not tell')
})

const ways: Readonly<Record<string, Respond>> = {
  'a redirect': ({ path }) => (path === '/auth/login' ? { body: loginPage() } : { status: 302, headers: { location: '/auth/login' } }),
  'a link to sign in': ({ path }) => ({
    body: path === '/account/login' ? loginPage() : '<a href="/about">About</a><a href="/register">Register</a><a href="/account/login">Sign in</a>',
  }),
  'a link in Chinese': ({ path }) => ({ body: path === '/a/b' ? loginPage() : '<a href="/r">注册</a><a href="/a/b">登录</a>' }),
  'a frame': ({ path }) => ({
    body: path === '/frames/left.html' ? loginPage() : '<frameset><frame src="/top.html"><frame src="/frames/left.html"></frameset>',
  }),
  'a script': ({ path }) => ({ body: path === '/login.html' ? loginPage() : '<script>window.location.href = "/login.html"</script>' }),
  'a refresh': ({ path }) => ({ body: path === '/x/login' ? loginPage() : '<meta http-equiv="refresh" content="0; url=/x/login">' }),
}

for (const [way, respond] of Object.entries(ways)) {
  t.test(`the sign-in page is found by way of ${way}`, async (t) => {
    const login = await startEngine(t)
    const site = await stopping(t, serve(respond))
    const report = await login.probe(new URL(`${site.origin}/`))
    t.ok(report.ok)
    const isFollowedPage = site.requests.some(({ path }) => path === new URL(report.loginUrl).pathname)
    t.ok(isFollowedPage, report.loginUrl)
    t.match(report.found.at(-1), /sign-in form at .*: user name field `user`, password field `pass`/)
  })
}

t.test('another origin that takes part is reported, not sent to unasked', async (t) => {
  const login = await startEngine(t)
  const sso = await stopping(
    t,
    serve(() => ({ body: loginPage() })),
  )
  const app = await stopping(
    t,
    serve(() => ({ status: 302, headers: { location: `http://sso.test:${new URL(sso.origin).port}/login?state=once` } })),
  )
  const report = await login.probe(new URL(`${app.origin}/`))
  t.ok(report.ok)
  t.equal(report.loginUrl, `${app.origin}/`, 'the address with a state that is good for one visit is not kept')
  t.same([...report.origins].sort(), [app.origin, `http://sso.test:${new URL(sso.origin).port}`].sort())
  const collector = await stopping(t, startBadSite('foreign-action', { foreign: 'http://elsewhere.test:1' }))
  t.same((await login.probe(new URL(collector.url))).origins, [collector.origin, 'http://elsewhere.test:1'])
})

t.test('a session id in the address is not kept', async (t) => {
  const login = await startEngine(t)
  const site = await stopping(
    t,
    serve(({ path }) => (path === '/' ? { status: 302, headers: { location: '/login;jsessionid=ABC123?lang=en&PHPSESSID=1' } } : { body: loginPage() })),
  )
  t.equal((await login.probe(new URL(`${site.origin}/`))).loginUrl, `${site.origin}/login?lang=en`)
})

t.test('an outside site cannot lead a probe inside', async (t) => {
  const addresses = { 'outside.test': ['93.184.216.34'], 'inside.test': ['127.0.0.1'] }
  const login = await startEngine(t, { addresses })
  const inner = await stopping(
    t,
    serve(() => ({ body: loginPage() })),
  )
  const front = await stopping(
    t,
    serve(() => ({ status: 302, headers: { location: `http://inside.test:${new URL(inner.origin).port}/` } })),
  )
  // The same rule from the other side: what an enrolled site may resolve to is what the person has allowed.
  const report = await login.probe(new URL(front.url), { allowedNetworks: ['public'] })
  t.match(report, { ok: false, problem: { code: 'destination_refused' } })
  t.same(inner.requests, [])
  t.same(front.requests, [])
  t.match(await login.probe(new URL('http://169.254.169.254/latest/meta-data')), { ok: false, problem: { code: 'destination_refused' } })
})

t.test('what is wrong with a site is told as a problem with its mend', async (t) => {
  const login = await startEngine(t, { settings: { timeoutSeconds: 2 } })
  const problems = {
    'no-form': 'form_not_found',
    'server-error': 'site_down',
    'redirect-loop': 'site_redirects',
    'huge-page': 'site_too_big',
    forbidden: 'site_guarded',
    slow: 'site_down',
  } as const
  for (const [kind, code] of Object.entries(problems)) {
    const site = await stopping(t, startBadSite(kind as keyof typeof problems))
    const report = await login.probe(new URL(site.url))
    t.match(report, { ok: false, problem: { code } }, kind)
    t.ok(report.problem?.next)
  }
  t.match(await login.probe(new URL('http://127.0.0.1:1/')), { ok: false, problem: { code: 'site_down' } })
  const tls = await stopping(t, startRotatingSite({ tls: await (await createTestAuthority()).issue('orders.test'), host: 'orders.test' }))
  t.match(await login.probe(new URL(tls.url)), { ok: false, problem: { code: 'site_tls' } })
  const site = await stopping(t, startRotatingSite())
  t.match(await login.probe(new URL(site.url), { adapter: 'nonesuch' }), { ok: false, problem: { code: 'adapter_unknown', next: /basic, .*form/ } })
})

for (const kind of ['recaptcha', 'hcaptcha', 'turnstile', 'slider', 'geetest', 'cloudflare-gate'] satisfies ChallengeKind[]) {
  t.test(`law 8: a sign-in guarded by ${kind} is told as one for a person`, async (t) => {
    const login = await startEngine(t)
    const site = await stopping(t, startChallengeSite(kind))
    t.match(await login.probe(new URL(site.url)), { ok: false, problem: { code: 'site_guarded' } })
  })
}

t.test('settings help where the form is not found without them', async (t) => {
  const login = await startEngine(t)
  const site = await stopping(
    t,
    serve(() => ({ body: '<form method="post"><input name="x1"><input name="x2"></form>' })),
  )
  t.notOk((await login.probe(new URL(site.url))).ok)
  const settings = { fields: { user: 'x1', password: 'x2' } }
  t.match(await login.probe(new URL(site.url), { settings }), { ok: true, settings, found: [/user name field `x1`, password field `x2`/] })
  t.match(await login.probe(new URL(site.url), { settings: { feilds: {} } }), { ok: false, problem: { code: 'bad_request' } })
})

t.test('an adapter by a name that does not exist is an error where there is no report to put it in', async (t) => {
  const login = await startEngine(t)
  const facts = { url: new URL('http://a.test/'), method: 'GET', status: 200, location: undefined, contentType: '', removedCookies: [] }
  const site = {
    id: 's',
    origins: ['http://a.test'],
    loginUrl: 'http://a.test/',
    adapter: 'gone',
    settings: {},
    delivery: 'attach',
    networks: [],
    createdAt: 0,
  } as const
  t.throws(() => login.looksSignedOut(site, facts), { code: 'adapter_unknown' })
})
