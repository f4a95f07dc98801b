import { generateSync } from 'otplib'
import t, { type Test } from 'tap'
import { apiRoutes } from '../../../relay/portal/api/routes.ts'
import { type StartedPortal, startPortal } from '../start-portal.ts'
import { readPage, type Visitor } from '../visitor.ts'
import { setUpAuthenticator } from './set-up-authenticator.ts'

const minute = 60_000

/** A relay whose clock is moved by hand, with ann signed in. */
async function start(t: Test): Promise<{ relay: StartedPortal; browser: Visitor; pass: (milliseconds: number) => void }> {
  let ahead = 0
  const pass = (milliseconds: number) => {
    ahead += milliseconds
  }
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const browser = await relay.signedIn(relay.ann)
  return { relay, browser, pass }
}

t.test('five minutes after the last proof, pages ask again who it is, and lead back', async (t) => {
  const { browser, relay, pass } = await start(t)
  t.equal((await browser.get('/accounts/new?site=erp')).status, 200)
  pass(5 * minute)
  t.equal((await browser.get('/devices')).status, 200, 'to look is free')
  t.equal((await browser.get('/accounts/new?site=erp')).location, '/verify?next=%2Faccounts%2Fnew%3Fsite%3Derp')
  t.equal((await browser.get('/sites/new')).location, '/verify?next=%2Fsites%2Fnew')
  t.equal((await browser.get('/accounts/x/password')).location, '/verify?next=%2Faccounts%2Fx%2Fpassword')
  const account = { site: 'erp', username: 'u', password: 'p', totp: '', name: 'second' }
  t.equal((await browser.post('/accounts/new', account)).location, '/verify?next=%2Faccounts%2Fnew')
  for (const [path, form] of forms) t.match((await browser.post(path, form)).location, /^\/verify\?next=%2F/, path)
  t.equal((await relay.identity.listDevices(relay.ann.user.id)).length, 1, 'nothing was done')

  t.match(readPage((await browser.get('/verify?next=%2Fdevices')).body), /Is it you\?/)
  const wrong = await browser.post('/verify', { next: '/devices', password: 'wrong password' })
  t.equal(wrong.status, 401)
  t.equal((await browser.post('/devices', { name: 'new' })).location, '/verify?next=%2Fdevices')
  t.equal((await browser.post('/verify', { next: '//evil.example', password: relay.ann.password })).location, '/')
  t.equal((await browser.post('/devices', { name: 'new' })).status, 200)
  pass(5 * minute)
  t.equal((await browser.post('/devices', { name: 'newer' })).status, 303, 'and again')
})

t.test('the API asks too, of portal sessions alone, for every route that lets something in', async (t) => {
  const { browser, relay, pass } = await start(t)
  const headers = { cookie: browser.cookie, 'x-csrf-token': browser.csrf, 'content-type': 'application/json' }
  pass(5 * minute)
  const guarded = apiRoutes.filter(({ fresh }) => fresh === true)
  const administers = apiRoutes.filter(({ method, access }) => method !== 'GET' && access === 'operator')
  t.same(
    administers.filter((route) => !guarded.includes(route)).map(({ path }) => path),
    ['/users/:id/password-link', '/users/:id/second-factor'],
    'those are the local administrator’s alone',
  )
  for (const { method, path } of guarded) {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path.replace(':id', relay.ann.device.id)}`, {
      method,
      headers,
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
    t.match([answer.status, await answer.json()], [403, { code: 'step_up_required', url: `${relay.portalUrl}/verify` }], path)
  }
  const local = await fetch(`${relay.portalUrl}/api/v1/devices`, {
    method: 'POST',
    headers: { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'by-command', user: 'ann' }),
  })
  t.equal(local.status, 201)
})

t.test('who has an authenticator app proves himself with a code as well, and guesses wait', async (t) => {
  const { browser, relay, pass } = await start(t)
  const { secret } = await setUpAuthenticator(browser)
  pass(10 * minute)
  const { password } = relay.ann
  const code = generateSync({ secret, epoch: Math.floor((Date.now() + 10 * minute) / 1000) })
  t.equal((await browser.post('/verify', { next: '/security', password })).status, 401)
  t.equal((await browser.post('/verify', { next: '/security', password: 'wrong password', code })).status, 401)
  t.equal((await browser.post('/verify', { next: '/security', password, code })).location, '/security', 'a wrong password has not spent it')
  t.equal((await browser.post('/verify', { next: '/security', password, code })).status, 401)
  let last = 401
  for (let tries = 0; tries < 5 && last === 401; tries++) last = (await browser.post('/verify', { next: '/', password })).status
  t.equal(last, 429)
})

const forms: readonly (readonly [string, Record<string, string>])[] = [
  ['/devices', { name: 'new' }],
  ['/accounts/x/lend', { kind: 'user', name: 'bob', hours: '', asking: 'no' }],
  ['/requests/x/approve', { hours: '1' }],
  ['/registrations/x/accept', { name: 'x' }],
  ['/accounts/x/password', { username: 'u', password: 'p' }],
  ['/sites/look', { url: 'https://evil.example' }],
  ['/sites/new', { url: 'https://evil.example', id: '', delivery: 'attach' }],
  ['/sites/erp/check', {}],
  ['/sites/erp/update', { agreed: '' }],
  ['/sites/erp/declaration', { text: 'origins: [https://evil.example]', yes: 'yes' }],
  ['/sites/erp/reload', { digest: '' }],
  ['/sites/erp/remove', {}],
  ['/accounts/x/unfreeze', {}],
  ['/security/phrase', { phrase: 'of somebody else' }],
  ['/security/phrase/show', {}],
  ['/security/phrase/forget', {}],
  ['/notices/mail', { address: 'eve@evil.example' }],
  ['/notices/mail/confirm', { code: '1234 5678' }],
  ['/notices/mail/end', {}],
  ['/people/invites', { name: 'carl', role: 'admin' }],
  ['/security/password/add', { password: 'three odd herons wade', again: 'three odd herons wade' }],
  ['/notices/webhook', { url: 'https://evil.example' }],
  ['/notices/webhook/end', {}],
  ['/notices/browsers', { endpoint: 'https://evil.example' }],
  ['/notices/browsers/x/end', {}],
  ['/security/authenticator', {}],
  ['/security/authenticator/confirm', { code: '1' }],
  ['/security/authenticator/remove', {}],
  ['/security/recovery-codes', {}],
]
