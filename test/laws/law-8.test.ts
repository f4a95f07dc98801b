import t from 'tap'
import { signIn, startEngine } from '../login/engine-for-test.ts'
import { type ChallengeKind, loginPage, startChallengeSite } from '../sites/bad-sites.ts'
import { serve } from '../sites/serve.ts'

// Law 8: behavioural challenges are never evaded: they go to the person.

const names: Readonly<Record<ChallengeKind, RegExp>> = {
  recaptcha: /reCAPTCHA/,
  hcaptcha: /hCaptcha/,
  turnstile: /Turnstile/,
  slider: /slider/,
  geetest: /GeeTest/,
  'click-characters': /picture puzzle/,
  'cloudflare-gate': /Cloudflare challenge/,
}

for (const [kind, name] of Object.entries(names)) {
  t.test(`a sign-in guarded by ${kind} ends at once, with its name, and nothing is filled in or sent`, async (t) => {
    const site = await startChallengeSite(kind as ChallengeKind)
    t.teardown(() => site.stop())
    const login = await startEngine(t, { openReader: () => Promise.reject(t.fail('the reader is not asked')) })
    const outcome = await signIn(login, {
      url: site.url,
      username: 'ann',
      password: 'secret-password',
      ask: async () => t.fail('no picture is put before a person as if it were a text captcha') as never,
    })
    t.match(outcome, { ok: false, kind: 'challenge' })
    t.match(outcome.ok ? '' : outcome.seen.join(), name)
    // The page alone: no answer for the challenge is fetched, and the form is not sent without one.
    t.same(
      site.requests.map(({ method, path }) => `${method} ${path}`),
      ['GET /login'],
    )
  })
}

t.test('a challenge that comes in answer to the password ends the sign-in too', async (t) => {
  const site = await serve(({ method }) => ({
    body: method === 'POST' ? '<title>One more step</title><div class="h-captcha" data-sitekey="1"></div>' : loginPage(),
  }))
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'pw' })
  t.match(outcome, { ok: false, kind: 'challenge', seen: [/hCaptcha/] })
  t.equal(site.requests.filter(({ method }) => method === 'POST').length, 1)
})

t.test('a challenge between user name and password keeps the password here', async (t) => {
  const site = await serve(({ method }) => ({
    body:
      method === 'POST'
        ? loginPage('<div class="cf-turnstile" data-sitekey="1"></div>')
        : '<form method="post"><input name="user" autocomplete="username"><button>Next</button></form>',
  }))
  t.teardown(() => site.stop())
  const login = await startEngine(t)
  t.match(await signIn(login, { url: site.url, username: 'ann', password: 'secret-password' }), { ok: false, kind: 'challenge', seen: [/Turnstile/] })
  t.notOk(site.requests.some(({ body }) => body.includes('secret-password')))
})
