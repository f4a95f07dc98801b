import t from 'tap'
import { createSecondFactors } from '../../../relay/identity/index.ts'
import { offerAuthenticator } from '../../../relay/portal/security/second-factor-offer.ts'
import { startPortal } from '../start-portal.ts'

const password = 'three odd herons wade'
const linkIn = (body: string) => new URL(/https?:\/\/[^<"\s]*\/invite\/[\w-]+/.exec(body)?.[0] ?? '')

t.test('an invitation is worth nothing while the administrator who made it is disabled, and the lists say who made it', async (t) => {
  const relay = await startPortal(t)
  await relay.identity.addUser({ name: 'mal', password, role: 'admin' })
  const mal = relay.visitor()
  await mal.signIn('mal', password)
  await mal.get('/people')
  const link = linkIn((await mal.post('/people/invites', { name: 'back', role: 'admin' })).body)
  t.equal(link.hostname, 'localhost', 'passkeys work there')
  const ann = await relay.signedIn(relay.ann)
  t.match((await ann.get('/people')).body, /<bdi>back<\/bdi>[\s\S]*<td data-label="By"><bdi>mal<\/bdi><\/td>/)
  const headers = { authorization: `Bearer ${relay.adminToken}` }
  const listed = await fetch(`${relay.portalUrl}/api/v1/invites`, { headers })
  t.match(await listed.json(), [{ name: 'back', kind: 'person', by: 'mal' }])

  const stranger = relay.visitor()
  t.equal((await stranger.get(link.pathname)).status, 200)
  const disabled = (await relay.identity.findUser('mal'))?.id
  t.equal((await ann.post(`/people/${disabled}/disable`)).status, 303)
  t.match((await ann.get('/people')).body, /<bdi>mal<\/bdi> <span class="state bad">disabled: the link/)
  t.equal((await stranger.post(link.pathname, { password, again: password })).status, 410)
  t.equal(await relay.identity.findUser('back'), undefined)
  t.equal((await ann.post(`/people/${disabled}/enable`)).status, 303)
  t.equal((await stranger.get(link.pathname)).status, 200)
})

t.test('a link for another way in is listed for the local administrator, and ended by its person', async (t) => {
  const relay = await startPortal(t)
  const local = { authorization: `Bearer ${relay.adminToken}` }
  const ann = await relay.signedIn(relay.ann)
  const bob = await relay.signedIn(relay.bob)
  const make = async () => {
    const headers = { ...local, 'content-type': 'application/json' }
    const answer = await fetch(`${relay.portalUrl}/api/v1/users/bob/password-link`, { method: 'POST', headers, body: '{}' })
    const { pathname, hostname } = new URL(((await answer.json()) as { link: string }).link)
    t.equal(hostname, 'localhost')
    return pathname
  }
  const isGood = async (path: string) => (await relay.visitor().get(path)).status === 200

  const listed = await make()
  const all = (await (await fetch(`${relay.portalUrl}/api/v1/invites`, { headers: local })).json()) as { id: string }[]
  t.match(all, [{ name: 'bob', kind: 'reset' }])
  t.notMatch((await ann.get('/people')).body, /people\/invites\/[^"]+\/withdraw/, 'an administrator at the portal makes none and sees none')
  t.equal((await fetch(`${relay.portalUrl}/api/v1/invites/${all[0]?.id}`, { method: 'DELETE', headers: local })).status, 204)
  t.notOk(await isGood(listed))

  const disowned = await make()
  t.ok(await isGood(disowned))
  const notice = relay.notices.list(relay.bob.user.id).find(({ text }) => text?.includes('made a link'))
  t.match((await bob.get(`/notices/${notice?.id}`)).body, /withdraws the link/)
  t.equal((await bob.post(`/notices/${notice?.id}/not-me`)).status, 303)
  t.notOk(await isGood(disowned))

  const ended = await make()
  const { token: carls } = await relay.invites.make({ name: 'carl', role: 'member' })
  await bob.get('/sessions')
  t.equal((await bob.post('/sessions/end-all')).status, 303)
  t.notOk(await isGood(ended))
  t.ok(await isGood(`/invite/${carls}`), 'of others nothing is ended')
})

t.test('who has no password is offered no authenticator app, which would stand beside one', async (t) => {
  const { identity, store, vault } = await startPortal(t)
  const secondFactors = createSecondFactors({ store, vault })
  const rooms = { identity, secondFactors, url: () => 'https://relay.example' }
  const user = await identity.addUser({ name: 'dora', role: 'member' })
  t.throws(() => offerAuthenticator(rooms, user, 'a session'), { code: 'bad_request', message: /add a password first/ })
  t.equal(secondFactors.offered('a session'), undefined)
})
