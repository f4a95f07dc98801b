import { generateSync } from 'otplib'
import t from 'tap'
import { filesIn } from '../../laws/canary.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'
import { setUpAuthenticator } from './set-up-authenticator.ts'

t.test('with an authenticator app the password leads to a second page, and its code to where the person was going', async (t) => {
  const relay = await startPortal(t)
  const { nextCode, recoveryCodes } = await setUpAuthenticator(await relay.signedIn(relay.ann))
  const browser = relay.visitor()
  const first = await browser.signIn('ann', relay.ann.password, '/devices')
  t.equal(first.location, '/sign-in/code?next=%2Fdevices')
  t.match(first.headers.getSetCookie()[0], /^login-relay-half=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  for (const path of ['/devices', '/security', '/accounts/new']) t.equal((await browser.get(path)).status, 303, `${path}: half is nothing`)
  t.equal((await browser.get('/api/v1/me')).status, 401)
  await browser.get('/sign-in/code?next=%2Fdevices')
  const wrong = await browser.post('/sign-in/code', { code: '000 000', next: '/devices' })
  t.equal(wrong.status, 401)
  t.match(readPage(wrong.body), /does not fit, or it has been used/)
  t.equal((await browser.post('/sign-in/code', { code: nextCode, next: '//evil.example' }, { csrf: 'x' })).status, 403, 'a form of its own')
  const { csrf } = browser
  for (const press of ['once', 'twice']) {
    t.equal((await browser.post('/sign-in/code', { code: nextCode, next: '/devices' }, { csrf })).location, '/devices', `pressed ${press}`)
  }
  t.equal((await browser.get('/devices')).status, 200)

  const again = relay.visitor()
  await again.signIn('ann', relay.ann.password)
  await again.get('/sign-in/code')
  t.equal((await again.post('/sign-in/code', { code: nextCode, next: '/' })).status, 401, 'the code is spent')
  t.equal((await again.post('/sign-in/code', { code: recoveryCodes[0] as string, next: '/' })).location, '/security?done=recovery-code-used')
  t.match(readPage((await again.get('/security')).body), /9 of 10 left/)
})

t.test('the half of one browser is of no use in another, and nobody without it is asked for a code', async (t) => {
  const relay = await startPortal(t)
  const { nextCode } = await setUpAuthenticator(await relay.signedIn(relay.ann))
  await relay.visitor().signIn('ann', relay.ann.password)
  const other = relay.visitor()
  await other.get('/sign-in')
  t.equal((await other.get('/sign-in/code')).location, '/sign-in?done=half-over')
  t.equal((await other.post('/sign-in/code', { code: nextCode, next: '/' })).location, '/sign-in?done=half-over')
  const wrong = await other.signIn('ann', 'wrong password')
  const unknown = await relay.visitor().signIn('nobody', 'wrong password')
  t.same([wrong.status, readPage(wrong.body)], [unknown.status, readPage(unknown.body)], 'a second factor is told by the right password alone')
})

t.test('a wrong code confirms nothing and keeps the key that is being set up', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  t.match(readPage((await browser.get('/security/authenticator')).body), /No authenticator app is being set up/)
  await browser.get('/security')
  await browser.post('/security/authenticator')
  const page = await browser.get('/security/authenticator')
  t.match(page.body, /<img class="qr" src="data:image\/svg\+xml;base64,/)
  const wrong = await browser.post('/security/authenticator/confirm', { code: '1' })
  t.equal(wrong.status, 422)
  t.equal(/<pre[^>]*>([^<]+)/.exec(wrong.body)?.[1], /<pre[^>]*>([^<]+)/.exec(page.body)?.[1])
  t.match(await api(relay.portalUrl, browser.cookie), { authenticator: false, recoveryCodesLeft: 0 })
})

t.test('where passwords alone are refused, who has no app sets one up on the way in, and a password never replaces one', async (t) => {
  const relay = await startPortal(t, { config: { identity: { passwordAlone: 'refused' } } })
  const [browser, second] = [relay.visitor(), relay.visitor()]
  t.equal((await browser.signIn('ann', relay.ann.password, '/devices')).location, '/sign-in/set-up?next=%2Fdevices')
  await second.signIn('ann', relay.ann.password)
  t.equal((await browser.get('/sign-in/code')).location, '/sign-in?done=half-over', 'there is no code to give')
  t.equal((await browser.get('/devices')).status, 303)
  const secret = keyOn((await browser.get('/sign-in/set-up?next=%2Fdevices')).body)
  t.not(keyOn((await second.get('/sign-in/set-up')).body), secret, 'each half sees a key of its own')
  const wrong = await browser.post('/sign-in/set-up', { next: '/devices', code: '1' })
  t.same([wrong.status, keyOn(wrong.body)], [422, secret])
  const epoch = Math.floor(Date.now() / 1000)
  const done = await browser.post('/sign-in/set-up', { next: '/devices', code: generateSync({ secret, epoch }) })
  t.match(readPage(done.body), /Your recovery codes/)
  t.equal((await browser.get('/devices')).status, 200)

  const late = keyOn((await second.get('/sign-in/set-up')).body)
  t.equal((await second.post('/sign-in/set-up', { next: '/', code: generateSync({ secret: late, epoch }) })).status, 401, 'she has one by now')
  t.equal((await relay.visitor().signIn('ann', relay.ann.password)).location, '/sign-in/code?next=%2F')
  await browser.post('/security/authenticator/remove')
  t.equal((await browser.post('/verify', { next: '/', password: relay.ann.password })).status, 401, 'nor does one prove again who it is')
})

t.test('who has lost his phone gets in by the local administrator alone', async (t) => {
  const relay = await startPortal(t)
  const bob = await relay.signedIn(relay.bob)
  await setUpAuthenticator(bob)
  const reset = (headers: Record<string, string>) => fetch(`${relay.portalUrl}/api/v1/users/bob/second-factor`, { method: 'DELETE', headers })
  const ann = await relay.signedIn(relay.ann)
  t.equal((await reset({ cookie: ann.cookie, 'x-csrf-token': ann.csrf })).status, 403)
  t.match(await api(relay.portalUrl, bob.cookie), { authenticator: true })
  const local = { authorization: `Bearer ${relay.adminToken}` }
  t.equal((await reset(local)).status, 204)
  t.equal((await reset(local)).status, 404)
  t.equal((await relay.visitor().signIn('bob', relay.bob.password)).location, '/')
})

t.test('the key of an app and recovery codes are in no log, no error and no file', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const { secret, recoveryCodes } = await setUpAuthenticator(browser)
  const answers: string[] = []
  const seen = relay.visitor()
  await seen.signIn('ann', relay.ann.password)
  await seen.get('/sign-in/code')
  const [first = '', second = ''] = recoveryCodes
  for (const code of [first, first, `${second}x`, secret])
    answers.push((await seen.post('/sign-in/code', { code, next: '/', ...(code === secret ? { [secret]: 'x' } : {}) })).body)
  answers.push((await browser.get('/security')).body, (await browser.get('/api/v1/me/second-factor')).body)
  await relay.stop()
  const disk = (await filesIn(relay.folder)).map(({ bytes }) => bytes.toString('latin1')).join('\n')
  const everything = [...answers, relay.logged(), disk].join('\n')
  t.match(everything, /second-factors/)
  for (const value of [secret, ...recoveryCodes])
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) t.notOk(everything.includes(Buffer.from(value).toString(encoding)), encoding)
})

function keyOn(markup: string): string {
  return /<pre[^>]*>([A-Z2-7 ]+)</.exec(markup)?.[1]?.replaceAll(' ', '') ?? ''
}

async function api(portalUrl: string, cookie: string): Promise<unknown> {
  return (await fetch(`${portalUrl}/api/v1/me/second-factor`, { headers: { cookie } })).json()
}
