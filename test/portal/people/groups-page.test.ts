import t from 'tap'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('who runs the relay keeps the groups by their pages, and each sees there what is his alone', async (t) => {
  const relay = await startPortal(t)
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  t.match(readPage((await ann.get('/groups')).body), /No groups yet.*Make a group/)
  t.match(await ann.post('/groups', { name: '<b>' }), { status: 400, body: /value="&lt;b&gt;"/ })
  const made = await ann.post('/groups', { name: 'Accounting' })
  const [, at = ''] = /^(\/groups\/[\w-]+)\?done=group-made$/.exec(made.location ?? '') ?? []
  t.match(await ann.post('/groups', { name: 'accounting' }), { status: 409 })
  const empty = await ann.get(`${at}?done=group-made`)
  t.match(readPage(empty.body), /The group is made.*Nobody\..*Put somebody in.*Remove this group.*lent to nobody/)
  t.match(empty.body, /<option>bob<\/option>/)
  t.match(await ann.post(`${at}/members`, { user: 'zoe' }), { status: 404, body: /There is no user zoe/ })
  t.match(await ann.post(`${at}/members`, { user: 'bob' }), { status: 303, location: `${at}?done=member-added` })

  const group = relay.grants.groups.find('accounting')
  const to = { kind: 'group', id: group?.id ?? '', name: 'Accounting' } as const
  await relay.grants.add(relay.ann.account, to, { readOnly: true })
  await relay.grants.add(relay.bob.account, to, {})
  t.match(readPage((await ann.get(at)).body), /What you lend to it ?erp: for reading alone/)
  const seen = readPage((await bob.get(at)).body)
  t.match(seen, /Who is in it ?bob What you lend to it ?erp What you have by it ?ann\/erp/)
  t.notMatch(seen, /Put somebody in|Remove/)
  t.match(readPage((await bob.get('/groups')).body), /Accounting \(you are in it\) ?bob$/)

  t.match(await ann.post(`${at}/name`, { name: ' / ' }), { status: 400, body: /up to 63 letters/ })
  t.match(await ann.post(`${at}/name`, { name: 'Bookkeeping' }), { status: 303, location: `${at}?done=group-renamed` })
  t.match(readPage((await bob.get(at)).body), /^.*Bookkeeping.* Who is in it ?bob What you lend to it ?erp What you have by it ?ann\/erp/)
  t.match(readPage((await ann.get(`/accounts/${relay.ann.account.id}/lend`)).body), /group Bookkeeping/)

  t.match(await ann.post(`${at}/members/remove`, { user: 'bob' }), { location: `${at}?done=member-removed` })
  t.same(relay.grants.lentTo({ kind: 'portal', user: relay.bob.user } as never), [])
  t.match(readPage((await bob.get(at)).body), /told to its members/, 'who is not in it is not told who is')
  t.match(await ann.post(`${at}/remove`), { location: '/groups?done=group-removed' })
  t.same([relay.grants.groups.list(), (await ann.get(at)).status], [[], 404])
})

t.test('who does not run the relay changes no group, nor does who has not proved lately that it is he', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const { id } = await relay.grants.groups.add('accounting')
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  await relay.grants.groups.setMember(id, relay.ann.user.id, true)
  const tries: [string, Record<string, string>][] = [
    ['/groups', { name: 'own' }],
    [`/groups/${id}/members`, { user: 'bob' }],
    [`/groups/${id}/members/remove`, { user: 'ann' }],
    [`/groups/${id}/name`, { name: 'other' }],
    [`/groups/${id}/remove`, {}],
  ]
  for (const [path, form] of tries) t.equal((await bob.post(path, form)).status, 403, path)
  t.notMatch(readPage((await bob.get('/groups')).body), /ann/)
  for (const [path, form] of tries) t.match(await ann.post(path, form, { csrf: 'x' }), { status: 403 }, `${path} without the anti-CSRF value`)
  ahead = 6 * 60_000
  for (const [path, form] of tries) t.match(await ann.post(path, form), { status: 303, location: '/verify?next=%2Fgroups' }, path)
  t.match(relay.grants.groups.list(), [{ name: 'accounting', members: [relay.ann.user.id] }])
})
