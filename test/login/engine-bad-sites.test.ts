import t from 'tap'
import { createTestAuthority, selfSigned } from '../outbound/certificates.ts'
import { type BadKind, loginPage, startBadSite } from '../sites/bad-sites.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { formOf, serve } from '../sites/serve.ts'
import { signIn, startEngine } from './engine-for-test.ts'

interface Expected {
  readonly kind: string
  /** What the outcome says was seen. */
  readonly seen: RegExp
  /** Sign-ins that reached the site. */
  readonly posts: number
}

const expected: Readonly<Record<BadKind, Expected>> = {
  'huge-page': { kind: 'site-down', seen: /more than the relay reads of a login page/, posts: 0 },
  'redirect-loop': { kind: 'site-down', seen: /redirects in a loop/, posts: 0 },
  'refresh-loop': { kind: 'site-down', seen: /redirects in a loop/, posts: 0 },
  'cookie-bomb': { kind: 'site-down', seen: /header is too large/, posts: 0 },
  'no-form': { kind: 'form-not-found', seen: /the page \/login titled "Welcome" has no form/, posts: 0 },
  'registration-only': { kind: 'form-not-found', seen: /forms that are not for signing in/, posts: 0 },
  slow: { kind: 'site-down', seen: /longer than its time limit/, posts: 0 },
  'server-error': { kind: 'site-down', seen: /answered 500/, posts: 0 },
  'error-after-post': { kind: 'site-down', seen: /answered 503/, posts: 1 },
  lockout: { kind: 'blocked', seen: /account has been locked due to too many failed attempts/, posts: 1 },
  silent: { kind: 'wrong-password', seen: /the site does not say why/, posts: 1 },
  forbidden: { kind: 'blocked', seen: /answered 403/, posts: 0 },
  throttled: { kind: 'blocked', seen: /429/, posts: 1 },
  'foreign-action': { kind: 'unknown', seen: /not an address of the site/, posts: 0 },
}

for (const [kind, { kind: outcomeKind, seen, posts }] of Object.entries(expected)) {
  t.test(`a site of the kind ${kind} is told as ${outcomeKind}, and nothing is lost`, async (t) => {
    const site = await startBadSite(kind as BadKind)
    t.teardown(() => site.stop())
    const login = await startEngine(t, { settings: { timeoutSeconds: kind === 'slow' ? 1 : 30 } })
    const began = performance.now()
    const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'canary-password' })
    t.ok(performance.now() - began < 60_000)
    if (outcome.ok) return void t.fail('it signed in')
    t.equal(outcome.kind, outcomeKind)
    t.match(outcome.seen.join('; '), seen)
    t.equal(site.requests.filter(({ method }) => method === 'POST').length, posts)
    t.notMatch(JSON.stringify(outcome.steps), 'canary-password')
    t.equal(outcome.steps.at(-1)?.name, 'failed')
    // The engine is as good as before.
    const good = await startRotatingSite()
    t.teardown(() => good.stop())
    t.ok((await signIn(login, { url: good.url, username: 'ann', password: 'correct horse' })).ok)
  })
}

t.test('a certificate that proves nothing ends it before anything is sent', async (t) => {
  const site = await startRotatingSite({ tls: await selfSigned('orders.test'), host: 'orders.test' })
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'correct horse' })
  t.match(outcome, { ok: false, kind: 'site-down', seen: [/did not prove its identity: its certificate is self-signed/] })
  t.same(site.requests, [])
})

t.test('a private CA given with the site is enough', async (t) => {
  const authority = await createTestAuthority()
  const site = await startRotatingSite({ tls: await authority.issue('orders.test'), host: 'orders.test' })
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  t.ok((await login.probe(new URL(site.url), { ca: authority.cert })).ok)
  t.ok((await signIn(login, { url: site.url, username: 'ann', password: 'correct horse', ca: authority.cert })).ok)
})

t.test('a password that the site repeats is in no step, reason or cause', async (t) => {
  const password = 'p"w <&> säkret+1'
  const echo = await serve((request) =>
    request.method === 'POST'
      ? {
          body: `<title>${formOf(request).get('pass')}</title><p>The password ${formOf(request).get('pass')} (${encodeURIComponent(password)}) is wrong.</p>${loginPage()}`,
        }
      : { body: loginPage() },
  )
  t.teardown(() => echo.stop())
  const login = await startEngine(t)
  const outcome = await signIn(login, { url: echo.url, username: 'ann', password })
  t.match(outcome, { ok: false, kind: 'wrong-password' })
  const told = JSON.stringify(outcome)
  for (const form of ['säkret', 's%C3%A4kret', 's\\u00e4kret']) t.notMatch(told, form)
})
