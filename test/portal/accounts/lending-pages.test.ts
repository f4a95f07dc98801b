import t from 'tap'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('by the pages an account is lent, asked for, allowed, and taken back', async (t) => {
  const relay = await startPortal(t)
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  const { id } = relay.ann.account
  t.match((await ann.get(`/accounts/${id}`)).body, `href="/accounts/${id}/lend"`)
  await ann.get(`/accounts/${id}/lend`)
  const form = {
    kind: 'user',
    name: 'bob',
    hours: '8',
    mon: 'on',
    tue: 'on',
    wed: 'on',
    thu: 'on',
    fri: 'on',
    sat: 'on',
    sun: 'on',
    zone: 'UTC',
    asking: 'each-time',
    readOnly: 'on',
  }
  t.match(await ann.post(`/accounts/${id}/lend`, { ...form, name: 'zoe' }), { status: 404, body: /There is no user zoe/ })
  t.match(await ann.post(`/accounts/${id}/lend`, form), { status: 303, location: `/accounts/${id}/lend?done=lent` })
  t.match(readPage((await ann.get(`/accounts/${id}/lend`)).body), /user bob.*for reading alone, with a yes each time/s)

  t.equal((await ann.post(`/accounts/${id}/lend`, { ...form, places: "DE\r\n DE-BY Munich\r\n\r\nFR L'Haÿ-les-Roses\r\nUS-DC Washington, D.C." })).status, 303)
  const placed = relay.grants.list().find(({ places }) => places !== undefined)
  t.strictSame(placed?.places, ['DE', 'DE-BY Munich', "FR L'Haÿ-les-Roses", 'US-DC Washington, D.C.'], 'names of places have spaces and commas in them')
  await relay.grants.remove(placed?.id ?? '')

  t.match(readPage((await bob.get('/')).body), /Lent to you.*ann\/erp.*Not now: somebody must say yes/s)
  const page = await bob.get(`/lent/${id}`)
  t.match(readPage(page.body), /ann, who is told when you use it/)
  t.notMatch(page.body, 'ann@erp', 'the user name at the site is not his business')
  t.match((await bob.get('/requests?account=ann%2Ferp')).body, 'value="ann/erp"')
  t.match(await bob.post('/requests', { account: 'ann/erp', why: '<b>invoices</b>', hours: '4' }), { status: 303, location: '/requests?done=asked' })
  t.match(readPage((await ann.get('/')).body), /bob asks for ann\/erp/)
  const asked = await ann.get('/requests')
  t.match(asked.body, '&lt;b&gt;invoices&lt;/b&gt;')
  const [, request = ''] = /\/requests\/([^/"]+)\/approve/.exec(asked.body) ?? []
  t.match(await ann.post(`/requests/${request}/approve`, { hours: '1' }), { location: '/requests?done=approved' })
  t.match((await bob.get('/')).body, new RegExp(`id="lent".*/accounts/${id}/open`, 's'))
  t.match(readPage((await bob.get('/notices')).body), /What you asked for is decided/, 'he is told')

  const [, grant = ''] = /\/grants\/([^/"]+)\/revoke/.exec((await ann.get(`/accounts/${id}/lend`)).body) ?? []
  t.match(await ann.post(`/grants/${grant}/revoke`), { location: `/accounts/${id}/lend?done=taken-back` })
  t.notMatch(readPage((await bob.get('/')).body), /Lent to you/)
})
