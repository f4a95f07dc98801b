import t from 'tap'
import { startPortal } from '../portal/start-portal.ts'

t.test('a form without the session’s anti-CSRF value changes nothing', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const other = await relay.signedIn(relay.bob)
  for (const csrf of [null, '', 'x', other.csrf, browser.csrf.slice(1)]) {
    const { status, headers } = await browser.post('/devices', { name: 'planted' }, { csrf })
    t.equal(status, 403)
    t.equal(headers.get('login-relay-error'), 'form_stale')
  }
  t.equal((await relay.identity.listDevices(relay.ann.user.id)).length, 1)
  t.equal((await browser.post('/devices', { name: 'wanted' })).status, 200, 'with the right one it works')
})

t.test('a form from another page changes nothing, even with the right value', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const foreign = [{ origin: 'https://evil.example' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }]
  for (const headers of foreign) t.equal((await browser.post('/devices', { name: 'planted' }, { headers })).status, 403, JSON.stringify(headers))
  t.equal((await relay.identity.listDevices(relay.ann.user.id)).length, 1)
})

t.test('every form of the portal is held to it', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const { id } = relay.ann.account
  const forms = [
    '/sign-out',
    '/accounts/new',
    '/sites/look',
    '/sites/new',
    '/devices',
    `/devices/${relay.ann.device.id}/revoke`,
    '/portal-sessions/x/end',
    '/questions/x',
    '/questions/x/another',
    `/handoff/${'x'.repeat(43)}`,
  ]
  const ofAccount = ['open', 'sign-in', 'end', 'remove', 'password', 'by-hand'].map((deed) => `/accounts/${id}/${deed}`)
  for (const path of [...forms, ...ofAccount]) {
    t.equal((await browser.post(path, {}, { csrf: 'wrong' })).status, 403, `${path}: wrong value`)
    t.equal((await browser.post(path, {}, { headers: { origin: 'https://evil.example' } })).status, 403, `${path}: another origin`)
    t.equal((await relay.visitor().post(path, { csrf: browser.csrf })).status, 401, `${path}: nobody`)
  }
  t.ok(relay.accounts.account(id), 'nothing was done')
})

t.test('the API takes a change by cookie only with the header and from its own page; tokens need neither', async (t) => {
  const relay = await startPortal(t)
  const { cookie, csrf } = await relay.signedIn(relay.ann)
  const add = async (headers: Record<string, string>) => {
    const body = JSON.stringify({ name: 'd', user: 'ann' })
    return (await fetch(`${relay.portalUrl}/api/v1/devices`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })).status
  }
  t.equal(await add({ cookie }), 403)
  t.equal(await add({ cookie, 'x-csrf-token': 'x' }), 403)
  t.equal(await add({ cookie, 'x-csrf-token': csrf, origin: 'https://evil.example' }), 403)
  t.equal(await add({ cookie, 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' }), 403)
  t.equal(await add({ cookie, 'x-csrf-token': csrf, origin: relay.portalUrl }), 201)
  t.equal(await add({ authorization: `Bearer ${relay.adminToken}` }), 409, 'the name is taken now')
})

t.test('the sign-in form belongs to the browser that asked for it', async (t) => {
  const relay = await startPortal(t)
  const victim = relay.visitor()
  const attacker = relay.visitor()
  await attacker.get('/sign-in')
  const fields = { name: 'bob', password: relay.bob.password, next: '/', csrf: attacker.csrf }
  t.equal((await victim.post('/sign-in', fields, { csrf: null })).status, 403, 'a browser that never asked')
  await victim.get('/sign-in')
  t.equal((await victim.post('/sign-in', fields, { csrf: null })).status, 403, "another browser's value")
  t.equal((await attacker.post('/sign-in', fields, { csrf: null, headers: { origin: 'https://evil.example' } })).status, 403, 'another page')
  t.equal((await attacker.post('/sign-in', fields, { csrf: null })).status, 303)
})

t.test('opening an address changes nothing', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const { id } = relay.ann.account
  for (const path of ['/sign-out', `/accounts/${id}/remove`, `/accounts/${id}/end`, `/accounts/${id}/open`, `/devices/${relay.ann.device.id}/revoke`]) {
    t.equal((await browser.get(path)).status, 405, path)
  }
})
