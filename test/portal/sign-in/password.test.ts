import t from 'tap'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

const fresh = 'three words nobody puts together'

t.test('a person changes the password with the present one; every other session of his ends', async (t) => {
  const relay = await startPortal(t)
  const [browser, elsewhere, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  t.match(readPage((await browser.get('/security')).body), /Change password/)
  const stolen = browser.twin()
  const form = { current: relay.ann.password, password: fresh, again: fresh }

  await browser.get('/security/password')
  const wrong = await browser.post('/security/password', { ...form, current: 'not the present one' })
  t.equal(wrong.status, 401)
  t.match(readPage(wrong.body), /That is not your present password\. ?Nothing has changed/)
  const differs = await browser.post('/security/password', { ...form, again: `${fresh}.` })
  t.equal(differs.status, 422)
  t.match(readPage(differs.body), /not typed the same way twice/)
  const weak = await browser.post('/security/password', { ...form, password: 'Password1', again: 'Password1' })
  t.equal(weak.status, 400)
  t.match(readPage(weak.body), /many people choose/)
  t.notMatch(weak.body, 'Password1')
  t.equal((await elsewhere.get('/')).status, 200, 'nothing has changed so far')

  const changed = await browser.post('/security/password', form)
  t.equal(changed.location, '/security?done=password-changed')
  t.match(readPage((await browser.get('/security?done=password-changed')).body), /signed out everywhere else/)
  t.equal((await elsewhere.get('/')).location, '/sign-in')
  t.equal((await stolen.get('/')).location, '/sign-in', 'nor is the cookie of before worth anything')
  t.equal((await bob.get('/')).status, 200)
  t.not((await elsewhere.signIn(relay.ann.user.name, relay.ann.password)).status, 303)
  t.equal((await elsewhere.signIn(relay.ann.user.name, fresh)).status, 303)
  t.ok(await relay.identity.devicePrincipal(relay.ann.device.token), 'devices stay')

  const outcomes: string[] = []
  for await (const { act, outcome } of relay.audit.oldest()) if (act === 'user.change-password') outcomes.push(outcome)
  t.strictSame(outcomes, ['intent', 'refused', 'intent', 'refused', 'intent', 'done'])
})

t.test('who guesses at the present password waits as at sign-in, and so does a stolen session', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const guess = () => browser.post('/security/password', { current: 'a guess of mine', password: fresh, again: fresh })
  await browser.get('/security/password')
  let last = 401
  for (let tries = 0; tries < 6 && last === 401; tries++) last = (await guess()).status
  t.equal(last, 429)
})

t.test('who proves again who he is goes on under another cookie; forms that lie open stay good', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const stolen = browser.twin()
  const { csrf } = browser
  t.equal((await browser.post('/verify', { next: '/', password: relay.ann.password })).location, '/')
  t.equal((await browser.get('/')).status, 200)
  t.equal(browser.csrf, csrf)
  t.equal((await stolen.get('/')).location, '/sign-in')
})
