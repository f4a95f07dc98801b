import t from 'tap'
import { findChromium, wantedChromium } from '../chromium.ts'
import { startScriptedSite } from '../sites/scripted-site.ts'
import { signIn, siteFor, startEngine } from './engine-for-test.ts'

const skip = findChromium() === undefined ? wantedChromium : false
const password = 'correct "horse" & bättery'

t.test('a sign-in that a script draws and posts: signed in, with the token of its storage', { skip }, async (t) => {
  const site = await startScriptedSite({ password })
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  const visit = { url: site.url, username: 'ann', adapter: 'form-by-script' }
  const outcome = await signIn(login, { ...visit, password })
  t.match(outcome, { ok: true, landingUrl: `${site.origin}/orders` }, JSON.stringify(outcome))
  if (!outcome.ok) return
  t.match(outcome.storage, [{ origin: site.origin, area: 'local', key: 'token', value: /^[0-9a-f]{32}$/ }])
  t.match(outcome.headers, [{ name: 'Authorization', value: /^Bearer [0-9a-f]{32}$/, origins: [site.origin] }])
  t.equal(site.book.outcomes.length, 1)
  const state = { site: siteFor(visit), ...outcome }
  t.ok(await login.isSignedIn(state), 'the session is put back into another browser')
  t.notOk(await login.isSignedIn({ ...state, storage: [] }))

  const refused = await signIn(login, { ...visit, password: 'wrong' })
  t.match(refused, { ok: false, kind: 'wrong-password', sent: true, seen: [/Wrong password for ann/] })
  t.same(site.book.outcomes, ['signed-in', 'wrong-password'])
  t.notMatch(JSON.stringify(refused.steps), /wrong"/)
})
