import t from 'tap'
import type { Login, SignInOutcome } from '../../relay/login/index.ts'
import { newAccount, signIn, startEngine, type Visit } from '../login/engine-for-test.ts'
import { loginPage, startBadSite } from '../sites/bad-sites.ts'
import { startBasicSite } from '../sites/basic-site.ts'
import { type CaptchaSite, digest, startCaptchaSite } from '../sites/captcha-site.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { type Answer, serve } from '../sites/serve.ts'
import { startTwoStepSite } from '../sites/two-step-site.ts'

// Law 3: a wrong password is tried once. Then the account needs attention and stays untouched until a person acts.

type T = Parameters<typeof startEngine>[0]
const noReader = { openReader: () => Promise.reject(new Error('no reader here')) }

async function captchaSite(t: T): Promise<CaptchaSite> {
  const site = await startCaptchaSite()
  t.teardown(() => site.stop())
  return site
}

function answering(site: CaptchaSite, misread = 0): NonNullable<Visit['ask']> {
  let asked = 0
  return async (challenge) => (challenge.kind !== 'captcha' || asked++ < misread ? 'misread' : site.answerOf(challenge.image))
}

t.test('a wrong password is sent once, whatever the site and however it says so', async (t) => {
  const login = await startEngine(t, noReader)
  const rotating = await startRotatingSite()
  const twoStep = await startTwoStepSite()
  const basic = await startBasicSite()
  const silent = await startBadSite('silent')
  for (const site of [rotating, twoStep, basic, silent]) t.teardown(() => site.stop())
  const wrong = { password: 'wrong' }
  t.match(await signIn(login, { url: rotating.url, username: 'ann', ...wrong }), { ok: false, kind: 'wrong-password' })
  t.equal(rotating.book.outcomes.length, 1)
  t.match(await signIn(login, { url: twoStep.url, username: 'ann@example.test', ...wrong }), { ok: false, kind: 'wrong-password' })
  t.equal(twoStep.book.outcomes.length, 1)
  t.match(await signIn(login, { url: basic.url, username: 'ann', ...wrong, adapter: 'basic' }), { ok: false, kind: 'wrong-password' })
  t.equal(basic.counts.presented, 1)
  t.match(await signIn(login, { url: silent.url, username: 'ann', ...wrong }), { ok: false, kind: 'wrong-password' })
  t.equal(silent.requests.filter(({ method }) => method === 'POST').length, 1)
})

t.test('with a captcha, a wrong password is refused once, however many captcha tries are left', async (t) => {
  const site = await captchaSite(t)
  const login = await startEngine(t, { ...noReader, settings: { captchaTries: 4 } })
  t.match(await signIn(login, { url: site.url, username: 'ann.miller', password: 'wrong', ask: answering(site) }), { ok: false, kind: 'wrong-password' })
  t.same(site.signIns, ['wrong-password'])
})

t.test('a wrong captcha first, then a wrong password: the site judges the password once', async (t) => {
  const site = await captchaSite(t)
  const login = await startEngine(t, { ...noReader, settings: { captchaTries: 4 } })
  t.match(await signIn(login, { url: site.url, username: 'ann.miller', password: 'wrong', ask: answering(site, 2) }), { ok: false, kind: 'wrong-password' })
  t.same(site.signIns, ['wrong-captcha', 'wrong-captcha', 'wrong-password'])
})

/** Sites with a captcha in their form that answer a sign-in in a way that leaves open what was wrong. */
const ambiguous: Readonly<Record<string, (form: string) => Answer>> = {
  'nothing at all': (form) => ({ body: form }),
  'either of them': (form) => ({ body: `<p class="error">User name, password or captcha is wrong.</p>${form}` }),
  'either of them, in Chinese': (form) => ({ body: `<p>用户名、密码或验证码错误</p>${form}` }),
  'two messages': (form) => ({ body: `<p>Wrong captcha.</p><p>Unknown user name.</p>${form}` }),
  'an unknown language next to the captcha’s label': (form) => ({ body: `Jokin meni vikaan ${form}` }),
  'something wrong right before the captcha’s label': (form) => ({ body: form.replace('<label>Captcha', 'Falsche Angaben <label>Captcha') }),
  'an error page': () => ({ body: '<title>Oops</title>Something is not right. <a href="/login">Back</a>' }),
  'a 401': (form) => ({ status: 401, body: form }),
}

for (const [says, answer] of Object.entries(ambiguous)) {
  t.test(`a site that says ${says} gets the password once: nothing proves that it was the captcha`, async (t) => {
    const form = loginPage('<label>Captcha <input name="captcha"></label><img src="/captcha.gif">')
    const image = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
    const site = await serve(({ method, path }) => {
      if (path === '/captcha.gif') return { headers: { 'content-type': 'image/gif' }, body: image }
      return method === 'POST' ? answer(form) : { body: form }
    })
    t.teardown(() => site.stop())
    const login = await startEngine(t, { ...noReader, settings: { captchaTries: 4 } })
    const outcome = await signIn(login, { url: site.url, username: 'ann', password: 'wrong', ask: async () => 'abcd' })
    t.match(outcome, { ok: false, kind: 'wrong-password' })
    t.equal(site.requests.filter(({ method }) => method === 'POST').length, 1)
  })
}

t.test('a hundred who ask at once cause one attempt, and all get its outcome', async (t) => {
  const site = await captchaSite(t)
  const login = await startEngine(t, noReader)
  const account = newAccount()
  const visit = { url: site.url, username: 'ann.miller', password: 'wrong', account, ask: answering(site) }
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => signIn(login, visit)))
  t.equal(outcomes.filter((outcome) => !outcome.ok && outcome.kind === 'wrong-password').length, 100)
  t.same(site.signIns, ['wrong-password'])
})

t.test('who asks later gets the refusal without the site being touched, until the password is replaced', async (t) => {
  const site = await captchaSite(t)
  const login = await startEngine(t, noReader)
  const account = newAccount()
  const visit = { url: site.url, username: 'ann.miller', ask: answering(site) }
  const tryWith = (password: string, credentialVersion: number): Promise<SignInOutcome> =>
    signIn(login, { ...visit, password, account: { ...account, credentialVersion } })
  await tryWith('wrong', 1)
  for (let count = 0; count < 5; count++) t.match(await tryWith('wrong', 1), { ok: false, kind: 'wrong-password', seen: [/refused this password before/] })
  t.same(site.signIns, ['wrong-password'])
  t.ok((await tryWith('correct horse & battery', 2)).ok)
  t.same(site.receivedPasswords, [digest('wrong'), digest('correct horse & battery')])
})

t.test('another account at the same site is not held up', async (t) => {
  const site = await captchaSite(t)
  const login: Login = await startEngine(t, noReader)
  await signIn(login, { url: site.url, username: 'bob', password: 'wrong', ask: answering(site) })
  t.ok((await signIn(login, { url: site.url, username: 'ann.miller', password: 'correct horse & battery', ask: answering(site) })).ok)
})
