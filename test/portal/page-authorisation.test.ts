import t from 'tap'
import { startPortal } from './start-portal.ts'
import { readPage } from './visitor.ts'

t.test("another's account, device and sessions are pages that do not exist", async (t) => {
  const relay = await startPortal(t)
  const bob = await relay.signedIn(relay.bob)
  const { id } = relay.ann.account
  for (const path of [
    `/accounts/${id}`,
    `/accounts/${id}/password`,
    `/accounts/${id}/evidence`,
    `/accounts/${id}/by-hand`,
    `/accounts/${id}/lend`,
    `/lent/${id}`,
  ])
    t.equal((await bob.get(path)).status, 404, path)
  for (const deed of ['open', 'sign-in', 'end', 'remove', 'by-hand']) t.equal((await bob.post(`/accounts/${id}/${deed}`)).status, 404, deed)
  t.equal((await bob.post(`/accounts/${id}/password`, { username: 'u', password: 'stolen' })).status, 404)
  t.equal((await bob.post(`/accounts/${id}/lend`, { kind: 'user', name: 'bob', hours: '', asking: 'no' })).status, 404)
  const { id: grant } = await relay.grants.add(relay.ann.account, { kind: 'user', id: relay.bob.user.id, name: 'bob' }, { networks: ['192.0.2.1'] })
  t.equal((await bob.post(`/grants/${grant}/revoke`)).status, 404)
  t.ok(await relay.grants.remove(grant))
  t.equal((await bob.post('/requests/none/approve', { hours: '1' })).status, 404)
  t.equal((await bob.post(`/devices/${relay.ann.device.id}/revoke`)).status, 404)
  t.match(relay.accounts.account(id), { username: 'ann@erp', credentialVersion: 1 }, 'nothing was done')
  t.ok(relay.identity.devicePrincipal(relay.ann.device.token))
  for (const path of ['/', '/devices', '/sessions', '/record']) t.notMatch(readPage((await bob.get(path)).body), /ann/, `${path} names nothing of hers`)
})

t.test('an administrator sees no more of other people’s than a member does', async (t) => {
  const relay = await startPortal(t)
  const ann = await relay.signedIn(relay.ann)
  t.equal((await ann.get(`/accounts/${relay.bob.account.id}`)).status, 404)
  t.equal((await ann.post(`/accounts/${relay.bob.account.id}/open`)).status, 404)
  t.notMatch(readPage((await ann.get('/')).body), /bob/)
})

t.test('the menu leads to administration whom it lets in there, and nobody else', async (t) => {
  const relay = await startPortal(t)
  const eve = { name: 'eve', password: 'three odd herons wade' }
  await relay.identity.addUser({ ...eve, role: 'auditor' })
  const auditor = relay.visitor()
  await auditor.signIn(eve.name, eve.password)
  const browsers = { admin: await relay.signedIn(relay.ann), auditor, member: await relay.signedIn(relay.bob) }
  const wanted = { admin: ['/people', '/groups', '/sites', '/record'], auditor: ['/record'], member: [] }
  for (const [role, browser] of Object.entries(browsers)) {
    const { body } = await browser.get('/')
    const menu = /<nav aria-labelledby="administration">.*?<\/nav>/s.exec(body)?.[0] ?? ''
    const paths = [...menu.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path)
    t.same(paths, wanted[role as keyof typeof wanted], role)
    t.equal(body.includes('>Administration<'), paths.length > 0)
    for (const path of paths) t.match((await browser.get(path)).body, new RegExp(`href="${path}" aria-current="page"`), `${role} ${path}`)
  }
  for (const browser of [auditor, browsers.member]) t.equal((await browser.get('/people')).status, 403)
})

t.test('sites are enrolled by who runs the relay', async (t) => {
  const relay = await startPortal(t)
  const bob = await relay.signedIn(relay.bob)
  t.equal((await bob.get('/sites/new')).status, 403)
  t.equal((await bob.post('/sites/look', { url: 'http://127.0.0.1/' })).status, 403)
  t.equal((await bob.post('/sites/new', { url: 'http://127.0.0.1/', id: 'x', delivery: 'attach' })).status, 403)
  for (const path of ['/sites', '/sites/erp']) t.equal((await bob.get(path)).status, 403, path)
  const deeds = { check: {}, update: { agreed: '' }, declaration: { text: 'x: 1' }, reload: { digest: '' }, remove: {} }
  for (const [deed, form] of Object.entries(deeds)) t.equal((await bob.post(`/sites/erp/${deed}`, form)).status, 403, deed)
  t.ok(relay.accounts.site('erp'), 'nothing was done')
  t.notMatch((await bob.get('/accounts/new')).body, /href="\/sites\/new"/)
  t.equal((await (await relay.signedIn(relay.ann)).get('/sites/new')).status, 200)
})

t.test('whoever is not signed in is led to the sign-in page from every page, and back', async (t) => {
  const relay = await startPortal(t)
  for (const path of [
    '/',
    '/accounts/new',
    `/accounts/${relay.ann.account.id}`,
    `/accounts/${relay.ann.account.id}/lend`,
    `/lent/${relay.ann.account.id}`,
    '/requests',
    '/questions/x',
    '/devices',
    '/sessions',
    '/record',
    '/security',
    '/security/authenticator',
    '/verify',
    '/set-up',
    '/sites/new',
    '/sites',
    '/sites/erp',
  ]) {
    const { status, location } = await relay.visitor().get(path)
    t.equal(status, 303, path)
    t.equal(location, path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`)
  }
})
