import t from 'tap'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('a site is looked at, shown, and enrolled on the person’s word; then an account is added', async (t) => {
  const relay = await startPortal(t)
  const business = await startRotatingSite()
  t.teardown(() => business.stop())
  const browser = await relay.signedIn(relay.ann)
  const look = await browser.post('/sites/look', { url: business.url })
  t.match(readPage(look.body), `Passwords go to${business.origin} and nowhere else`)
  t.equal((await relay.accounts.listSites()).length, 1, 'a look enrols nothing')
  t.ok(
    business.requests.every(({ method }) => method === 'GET' || method === 'HEAD'),
    'a look sends nothing',
  )
  const enrolled = await browser.post('/sites/new', { url: business.url, id: 'shop', delivery: 'handoff' })
  t.equal(enrolled.location, '/accounts/new?site=shop&done=site-added')
  t.match(relay.accounts.site('shop'), { origins: [business.origin], delivery: 'handoff', networks: ['loopback'] })
  const added = await browser.post('/accounts/new', { site: 'shop', username: 'ann', password: 'correct horse', name: '' })
  t.match(added.location, /^\/accounts\/[\w-]+\?done=account-added$/)
  await browser.post(`${added.location?.split('?')[0]}/sign-in`)
  await relay.sessions.ensure(relay.accounts.account('shop', relay.ann.user.id)?.id ?? '')
  t.same(business.book.outcomes, ['signed-in'])
})

t.test('the API does the same, and names a site by its host', async (t) => {
  const relay = await startPortal(t)
  const business = await startRotatingSite()
  t.teardown(() => business.stop())
  const call = (path: string, body: object) =>
    fetch(`${relay.portalUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  t.match(await (await call('/sites/probe', { url: business.url })).json(), { ok: true, adapter: 'form' })
  const added = await call('/sites', { url: business.url })
  t.equal(added.status, 201)
  t.match(await added.json(), { id: 'site-127-0-0-1', origins: [business.origin], delivery: 'attach', privateCa: false })
  t.equal((await call('/sites', { url: business.url })).status, 409)
  t.match(await (await call('/sites/site-127-0-0-1/check', {})).json(), { ok: true })
})

t.test('a site that is not there is said where the address was given, and the address is kept', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const down = await browser.post('/sites/look', { url: 'http://erp.example.com:1/login' })
  t.ok(down.status >= 400 && down.status !== 500)
  t.match(readPage(down.body), /does not answer/)
  t.match(down.body, /value="http:\/\/erp\.example\.com:1\/login"/)
  const odd = await browser.post('/sites/look', { url: 'javascript:alert(1)' })
  t.equal(odd.status, 400)
  t.match(readPage(odd.body), /https:\/\/ or http:\/\//)
})

t.test('a refused account is told above the form; what was typed stays, the password does not', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const again = await browser.post('/accounts/new', { site: 'erp', username: 'second', password: 'hunter2hunter2', name: 'erp' })
  t.equal(again.status, 409)
  t.match(readPage(again.body), /There is already/)
  t.match(again.body, /name="username" value="second"/)
  t.notMatch(again.body, /hunter2/)
})

t.test('a device’s token is shown once with the lines to use it; revoked it is worth nothing', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.bob)
  const added = await browser.post('/devices', { name: 'script' })
  const token = /script:([\w-]+)@/.exec(added.body)?.[1] ?? ''
  t.match(readPage(added.body), `--proxy http://script:${token}@${relay.proxy.address}`)
  t.ok(relay.identity.devicePrincipal(token, 'script'))
  const { id = '' } = (await relay.identity.listDevices(relay.bob.user.id)).find(({ name }) => name === 'script') ?? {}
  t.equal((await browser.post(`/devices/${id}/revoke`)).location, '/devices?done=device-revoked')
  t.equal(relay.identity.devicePrincipal(token, 'script'), undefined)
  const refused = await browser.post('/devices', { name: 'not a name' })
  t.equal(refused.status, 400)
  t.match(refused.body, /value="not a name"/)
})
