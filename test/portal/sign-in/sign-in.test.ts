import t from 'tap'
import { startRelay } from '../../start-relay.ts'
import { startPortal } from '../start-portal.ts'
import { readPage, Visitor } from '../visitor.ts'

t.test('while nobody can sign in, the page says what to do', async (t) => {
  const relay = await startRelay(t)
  const before = await new Visitor(relay.portalUrl).get('/sign-in')
  t.match(readPage(before.body), /Nobody can sign in yet.*login-relay serve/)
  await relay.identity.addUser({ name: 'ann', password: 'long enough', role: 'admin' })
  t.notMatch(readPage((await new Visitor(relay.portalUrl).get('/sign-in')).body), /Nobody can sign in/)
})

t.test('the page says which address it must have: the public one, or while there is none the one it was asked for at', async (t) => {
  const near = await startRelay(t)
  t.match(readPage((await new Visitor(near.portalUrl).get('/sign-in')).body), `address bar begins with ${near.portalUrl}/`)
  const far = await startRelay(t, { config: { portal: { publicUrl: 'https://relay.example.com' } } })
  const page = await far.portal.inject({ url: '/sign-in', headers: { host: 'localhost', accept: 'text/html' } })
  t.match(readPage(page.body), 'address bar begins with https://relay.example.com/')
})

t.test('the right password leads to where the person was going, the wrong one says so without saying which was wrong', async (t) => {
  const relay = await startPortal(t)
  const browser = relay.visitor()
  const away = await browser.get('/devices')
  t.equal(away.status, 303)
  t.equal(away.location, '/sign-in?next=%2Fdevices')
  const wrong = await browser.signIn('ann', 'wrong password', '/devices')
  t.equal(wrong.status, 401)
  const unknown = await relay.visitor().signIn('nobody', 'wrong password', '/devices')
  t.equal(unknown.status, 401)
  t.equal(readPage(wrong.body), readPage(unknown.body))
  t.match(wrong.body, /name="name" value="ann"/, 'the name is kept')
  t.notMatch(wrong.body, /wrong password"/, 'the password is not')
  const right = await relay.visitor().signIn('ann', relay.ann.password, '/devices')
  t.equal(right.location, '/devices')
})

t.test('a button pressed twice leads to where the person was going, and to nowhere for another name or a page of another site', async (t) => {
  const relay = await startPortal(t)
  const browser = relay.visitor()
  await browser.get('/sign-in?next=%2Fdevices')
  const { csrf } = browser
  const press = (name: string, headers = {}) => browser.post('/sign-in', { name, password: relay.ann.password, next: '/devices' }, { csrf, headers })
  t.equal((await press('ann')).location, '/devices')
  for (const name of ['ann', 'Ann']) t.equal((await press(name)).location, '/devices')
  t.equal((await press('bob')).status, 403)
  t.equal((await press('ann', { origin: 'https://elsewhere.test' })).status, 403)
})

t.test('after wrong tries one has to wait, and is told how long', async (t) => {
  const relay = await startPortal(t)
  const browser = relay.visitor()
  let last = await browser.signIn('ann', 'wrong password')
  for (let tries = 0; tries < 12 && last.status !== 429; tries++) last = await browser.signIn('ann', 'wrong password')
  t.equal(last.status, 429)
  t.match(last.headers.get('retry-after'), /^\d+$/)
  t.match(readPage(last.body), /Wait \d+ seconds?,/)
})

t.test('the cookie is out of reach of scripts and of other sites', async (t) => {
  const relay = await startPortal(t)
  const [cookie = ''] = (await relay.visitor().signIn('ann', relay.ann.password)).headers.getSetCookie()
  t.match(cookie, /^login-relay=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
})

t.test('behind TLS the cookie is bound to this host, and browsers are told to insist on TLS', async (t) => {
  const relay = await startPortal(t, { config: { portal: { publicUrl: 'https://relay.example.com' } } })
  const base = { host: 'relay.example.com', accept: 'text/html' }
  const page = await relay.portal.inject({ url: '/sign-in', headers: base })
  t.match(page.headers['strict-transport-security'], /max-age=\d{7,}/)
  const form = /^(__Host-login-relay-form=[^;]+); Path=\/; HttpOnly; Secure; SameSite=Lax$/.exec(String(page.headers['set-cookie']))?.[1] ?? ''
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const signedIn = await relay.portal.inject({
    method: 'POST',
    url: '/sign-in',
    headers: { ...base, cookie: form, origin: 'https://relay.example.com', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ csrf, name: 'ann', password: relay.ann.password, next: '/' }).toString(),
  })
  t.equal(signedIn.statusCode, 303)
  t.match([signedIn.headers['set-cookie']].flat()[0], /^__Host-login-relay=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  const local = await relay.portal.inject({ url: '/sign-in', headers: { ...base, host: 'localhost' } })
  t.equal(local.headers['strict-transport-security'], undefined, 'on localhost it would break all else that is served there')
})

t.test('signing out ends the session for good', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const copy = browser.twin()
  t.equal((await browser.post('/sign-out')).location, '/sign-in?done=signed-out')
  t.equal((await browser.get('/')).status, 303)
  t.equal((await copy.get('/')).status, 303, 'a copied cookie is worth nothing')
  t.equal((await copy.get('/api/v1/me')).status, 401)
})

t.test('signing in anew ends the session the browser had', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const before = browser.twin()
  await browser.get('/sign-in')
  // The page leads the signed-in on; the form of another window of this browser is still there.
  const form = relay.visitor()
  await form.get('/sign-in')
  const { status } = await form.send('POST', '/sign-in', {
    headers: { cookie: `${form.cookie}; ${before.cookie}`, origin: relay.portalUrl },
    body: new URLSearchParams({ csrf: form.csrf, name: 'ann', password: relay.ann.password, next: '/' }),
  })
  t.equal(status, 303)
  t.equal((await before.get('/api/v1/me')).status, 401)
})

t.test('a person ends his other sign-ins, and nobody else’s', async (t) => {
  const relay = await startPortal(t)
  const [here, there, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  const ids = [...(await here.get('/sessions')).body.matchAll(/\/portal-sessions\/([\w-]+)\/end/g)].map(([, id]) => id)
  t.equal(ids.length, 2)
  for (const id of ids) t.equal((await bob.post(`/portal-sessions/${id}/end`)).status, 404)
  t.equal((await here.post(`/portal-sessions/${await ownSession(there)}/end`)).status, 303)
  t.equal((await there.get('/')).status, 303)
  t.equal((await here.get('/')).status, 200)
})

/** The id of the session a browser has, as its own page says. */
async function ownSession(browser: Visitor): Promise<string | undefined> {
  const { body } = await browser.get('/sessions')
  const row = body.split('<tr>').find((part) => part.includes('(this one)'))
  return /\/portal-sessions\/([\w-]+)\/end/.exec(row ?? '')?.[1]
}
