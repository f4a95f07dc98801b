import t from 'tap'
import { startCas } from '../sites/single-sign-on/cas.ts'
import type { SingleSignOn, SingleSignOnOptions } from '../sites/single-sign-on/identity-provider.ts'
import { startOpenId } from '../sites/single-sign-on/openid.ts'
import { startSaml } from '../sites/single-sign-on/saml.ts'
import { signIn, siteFor, startEngine } from './engine-for-test.ts'

const kinds: Readonly<Record<string, (options: SingleSignOnOptions) => Promise<SingleSignOn>>> = {
  'OpenID Connect, the code in a redirect': (options) => startOpenId('query', options),
  'OpenID Connect, the code in a form (form_post)': (options) => startOpenId('form_post', options),
  'SAML, posted by onload': (options) => startSaml('onload', options),
  'SAML, posted by an inline script': (options) => startSaml('inline script', options),
  'SAML, posted by a script in a file': (options) => startSaml('script in a file', options),
  CAS: startCas,
}

const password = 'correct: horse & battery'

for (const [title, start] of Object.entries(kinds)) {
  t.test(title, async (t) => {
    const sso = await start({ password })
    t.teardown(() => sso.stop())
    const { application, provider } = sso
    const login = await startEngine(t)

    const report = await login.probe(new URL(application.url))
    t.match(report, { ok: true, loginUrl: application.url }, 'a sign-in begins where the person said')
    t.same([...report.origins].sort(), [application.origin, provider.origin].sort(), 'the probe names the other origin')
    t.same(provider.book.outcomes, [], 'a look sends nothing')

    const visit = { url: application.url, username: 'ann', origins: [provider.origin] }
    const outcome = await signIn(login, { ...visit, password })
    t.match(outcome, { ok: true, landingUrl: `${application.origin}/home` })
    if (!outcome.ok) return
    const { cookies } = outcome
    t.match(cookies, /session/)
    t.match(cookies, new RegExp(provider.origin.split(':')[1]?.slice(2) ?? ''), 'cookies of both origins are in one session')
    t.ok(await login.isSignedIn({ site: siteFor(visit), cookies, headers: [], landingUrl: outcome.landingUrl }))
    t.notOk(
      application.requests.some(({ body, path }) => /correct/.test(path + body)),
      'the application never sees the password',
    )

    const refused = await signIn(login, { ...visit, password: 'wrong' })
    t.match(refused, { ok: false, kind: 'wrong-password', sent: true })
    t.same(provider.book.outcomes, ['signed-in', 'wrong-password'], 'each password was sent once')

    const before = provider.book.outcomes.length
    t.match(await signIn(login, { ...visit, origins: [], password }), { ok: false, sent: false }, 'a provider that is not enrolled gets nothing')
    t.equal(provider.book.outcomes.length, before)
  })
}
