import t from 'tap'
import { startRotatingSite } from '../../sites/rotating-site.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('in the portal a site is enrolled with its account in one go, edited, checked, and a failed sign-in explained', async (t) => {
  const relay = await startPortal(t)
  const site = await startRotatingSite()
  t.teardown(() => site.stop())
  const browser = await relay.signedIn(relay.ann)
  t.match(readPage((await browser.post('/sites/look', { url: site.url })).body), /sign-in form at \/login/)
  const form = { url: site.url, id: 'shop', delivery: 'attach', origins: site.origin, username: 'ann', password: 'not the right one' }
  const half = await browser.post('/sites/new', { ...form, password: '' })
  t.equal(half.status, 400)
  t.match(readPage(half.body), /both a user name and a password/)
  t.equal(relay.accounts.site('shop'), undefined)
  const enrolled = await browser.post('/sites/new', form)
  const { id = '' } = relay.accounts.account('shop', relay.ann.user.id) ?? {}
  t.equal(enrolled.location, `/accounts/${id}`)
  await relay.sessions.ensure(id).catch(() => {})
  t.same(site.book.outcomes, ['wrong-password'])
  t.match((await browser.get(`/accounts/${id}`)).body, `/accounts/${id}/evidence`)
  const evidence = await browser.get(`/accounts/${id}/evidence`)
  for (const words of ['The site refused the user name or password.', 'Invalid credentials', 'had been sent']) t.match(readPage(evidence.body), words)
  t.notMatch(evidence.body, 'not the right one')

  t.match(readPage((await browser.get('/sites')).body), /shop/)
  const page = await browser.get('/sites/shop')
  t.match(page.body, 'password: password')
  t.match(readPage((await browser.post('/sites/shop/check')).body), 'The site is as its declaration says.')
  const text = await relay.declarations.text('shop')
  const mistake = await browser.post('/sites/shop/declaration', { text: text.replace('delivery:', 'delivry:') })
  t.match({ status: mistake.status, page: readPage(mistake.body) }, { status: 422, page: /the nearest is delivery|nearest is `delivery`/ })
  t.match(mistake.body, 'delivry: attach', 'what was typed stays')
  const wider = text.replace('origins:', 'origins:\n  - https://second.example')
  const asked = await browser.post('/sites/shop/declaration', { text: wider })
  t.match(readPage(asked.body), /secrets may go to https:\/\/second\.example too/)
  t.equal((await browser.post('/sites/shop/declaration', { text: wider, yes: 'yes' })).location, '/sites/shop?done=site-updated')
  t.same(relay.accounts.site('shop')?.origins, ['https://second.example', site.origin])
  t.ok(relay.accounts.account(id), 'its account is still there')
  const member = await relay.signedIn(relay.bob)
  for (const path of ['/sites', '/sites/shop', '/sites/new']) t.equal((await member.get(path)).status, 403, path)
  t.equal((await member.get(`/accounts/${id}/evidence`)).status, 404)
  t.equal((await browser.post('/sites/shop/remove')).location, '/sites?done=site-removed')
  t.equal(relay.accounts.account(id), undefined)
})
