import t from 'tap'
import { startPortal } from '../start-portal.ts'

t.test('who runs the relay invites somebody on the page People; the link is shown once, and withdrawn there', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const ann = await relay.signedIn(relay.ann)
  const invite = async (name: string, role = 'member') => ann.post('/people/invites', { name, role })
  const linkIn = (body: string) => new URL(/https?:\/\/\S+\/invite\/[\w-]+/.exec(body)?.[0] ?? '').pathname

  const made = await invite('carl', 'auditor')
  t.match(made, { status: 200, body: /An invitation for <bdi>carl<\/bdi>[\s\S]*shown this once/ })
  const path = linkIn(made.body)
  const people = await ann.get('/people')
  t.match(people.body, /Invited[\s\S]*<bdi>carl<\/bdi>[\s\S]*auditor/)
  t.notOk(people.body.includes(path.split('/').at(-1) ?? ''), 'the list holds no link')
  t.match(await relay.visitor().get(path), { status: 200, body: /Welcome, <bdi>carl<\/bdi>/ })

  const withdraw = /action="(\/people\/invites\/[^"]+\/withdraw)"/.exec(people.body)?.[1] ?? ''
  t.equal((await ann.post(withdraw)).location, '/people?done=invite-withdrawn')
  t.equal((await relay.visitor().get(path)).status, 410)
  t.equal((await ann.post(withdraw)).status, 404)

  t.match(await invite('Ann'), { status: 409, body: /<h1>People<\/h1>/ }, 'the page says that there is one of that name')
  t.equal((await invite('dora', 'owner')).status, 400)
  t.equal((await ann.post('/people/invites', { name: 'dora', role: 'admin' }, { csrf: null })).status, 403)
  const bob = await relay.signedIn(relay.bob)
  t.equal((await bob.post('/people/invites', { name: 'eve', role: 'admin' })).status, 403, 'a member invites nobody')
  t.equal((await bob.post(withdraw)).status, 403)
  ahead = 3_600_000
  t.match((await invite('dora')).location, /^\/verify/, 'long after the sign-in, who one is is asked again')
  t.same(
    (await relay.identity.listUsers()).map(({ name }) => name),
    ['ann', 'bob'],
  )
})
