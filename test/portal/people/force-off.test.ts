import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generateSync } from 'otplib'
import t, { type Test } from 'tap'
import { openTerminal } from '../../flows/curl-terminal.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'
import { enrol, type StartedRelay, startRelay } from '../../start-relay.ts'
import { until } from '../../until.ts'
import { setUpAuthenticator } from '../sign-in/set-up-authenticator.ts'
import { startPortal } from '../start-portal.ts'
import { readPage, Visitor } from '../visitor.ts'
import { workingAccount } from '../working-site.ts'

const password = 'correct horse 7'

/** A tunnel that a device has opened to an enrolled site through the proxy. */
async function openTunnel(t: Test, { proxyAddress }: StartedRelay, device: { readonly name: string; readonly token: string }, host: string): Promise<Socket> {
  const socket = connect(proxyAddress.port, proxyAddress.host)
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  const credentials = Buffer.from(`${device.name}:${device.token}`).toString('base64')
  socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  t.match(answer.toString('latin1'), /^HTTP\/1\.1 200/)
  return socket
}

/** Does it, and waits until the other side has closed the connection. */
async function closed(socket: Socket, end: () => Promise<unknown>): Promise<void> {
  const over = once(socket, 'close')
  await end()
  await over
}

/** Ann uses two sites, each with another device. */
async function twoSites(t: Test) {
  const sites = [await startTwoStepSite({ password }), await startTwoStepSite({ password })]
  t.teardown(() => Promise.all(sites.map((site) => site.stop())))
  const relay = await startRelay(t)
  const username = 'ann@example.test'
  const [first, second] = sites as [(typeof sites)[0], (typeof sites)[0]]
  const ann = await enrol(relay, { url: first.url, username, password })
  const { device, account } = await enrol(relay, { url: second.url, username, password, id: 'crm' })
  t.equal((await openTerminal(t, relay, ann.device).get(`${first.origin}/home`)).status, 200)
  t.equal((await openTerminal(t, relay, device).get(`${second.origin}/home`)).status, 200)
  const browser = new Visitor(relay.portalUrl)
  await browser.signIn('ann', ann.portalPassword)
  const idOf = async (name: string) => (await relay.identity.listDevices()).find((one) => one.name === name)?.id ?? ''
  return { relay, ann, browser, first, second, secondDevice: device, secondAccount: account, idOf }
}

t.test(
  'ending a device’s sessions cuts what it has under way and signs out, at the site too, what it has used; other sessions go on, and it stays enrolled',
  async (t) => {
    const { relay, ann, browser, first, second, idOf } = await twoSites(t)
    const tunnel = await openTunnel(t, relay, ann.device, new URL(first.origin).host)
    const id = await idOf(ann.device.name)
    await closed(tunnel, async () => t.equal((await browser.post(`/devices/${id}/end`)).location, '/devices?done=device-ended'))
    t.equal(first.book.alive, 0)
    t.equal(second.book.alive, 1)
    t.equal(relay.sessions.listLive().length, 1)
    t.ok(relay.identity.devicePrincipal(ann.device.token), 'it stays enrolled')
  },
)

t.test('a person ends everything of his at once: sessions at sites, other sign-ins to the portal, what his devices have under way', async (t) => {
  const { relay, ann, browser, first, second } = await twoSites(t)
  const elsewhere = new Visitor(relay.portalUrl)
  await elsewhere.signIn('ann', ann.portalPassword)
  const tunnel = await openTunnel(t, relay, ann.device, new URL(first.origin).host)
  await closed(tunnel, async () => t.equal((await browser.post('/sessions/end-all')).location, '/sessions?done=all-ended'))
  t.same([first.book.alive, second.book.alive, relay.sessions.listLive().length], [0, 0, 0])
  t.equal((await browser.get('/sessions')).status, 200, 'he is signed in where he did it')
  t.match((await elsewhere.get('/sessions')).location, /^\/sign-in/)
})

t.test('a session that ended here alone, of which a device has a copy, is told to its site by each way to end much at once', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.bob, 'handoff')
  const session = await relay.sessions.ensure(account.id)
  await relay.sessions.copies.note({ way: 'kept', device: relay.bob.device }, session)
  await business.stop()
  await relay.sessions.end(account.id)
  const tries = () => relay.logged().split('signing out at the site failed').length - 1
  const [ann, bob] = [await relay.signedIn(relay.ann), await relay.signedIn(relay.bob)]
  for (const [who, path, goesTo] of [
    [bob, `/devices/${relay.bob.device.id}/end`, '/devices?done=device-ended-lingers&left=1'],
    [bob, '/sessions/end-all', '/sessions?done=all-ended-lingers&left=1'],
    [ann, `/people/${relay.bob.user.id}/end`, '/people?done=user-ended-lingers&left=1'],
  ] as const) {
    const before = tries()
    t.equal((await who.post(path)).location, goesTo)
    t.ok(tries() > before, path)
    t.match(
      (await who.get(goesTo)).body,
      /note warn.* ended here\. Of 1 account a site did not end a session .*“Copies of sessions”/,
      'and it is said where to look',
    )
  }
  t.match((await ann.get('/devices?done=device-ended-lingers&left=<b>')).body, /Of some accounts a site/)
  // Of her own nothing lingers.
  const before = tries()
  await ann.post(`/devices/${relay.ann.device.id}/end`)
  await ann.post('/sessions/end-all')
  t.equal(tries(), before)
})

t.test('of a session of which no device keeps a copy, it is said that its site was told, and not that it has ended there: that is not known', async (t) => {
  const relay = await startPortal(t)
  const { account, business } = await workingAccount(t, relay, relay.bob, 'handoff')
  const bob = await relay.signedIn(relay.bob)
  await relay.sessions.ensure(account.id)
  await business.stop()
  const { location = '' } = await bob.post('/sessions/end-all')
  t.match(relay.logged(), 'signing out at the site failed')
  t.equal(location, '/sessions?done=all-ended')
  for (const [page, key] of [
    ['/sessions', 'all-ended'],
    ['/devices', 'device-ended'],
    ['/', 'ended'],
  ] as const) {
    const { body } = await bob.get(`${page}?done=${key}`)
    t.match(body, /note good.*ended here, and the sites? (was|were) told/, key)
    t.notMatch(body, /here and at the site/, key)
  }
})

t.test('of a device with a copy of a session that is over, the site is told of that one; what is live of the account since goes on', async (t) => {
  const relay = await startPortal(t)
  const { bob } = relay
  const { account } = await workingAccount(t, relay, bob, 'handoff')
  await relay.sessions.copies.note({ way: 'kept', device: bob.device }, await relay.sessions.ensure(account.id))
  const { restore } = t.intercept(relay.login, 'signOut', { value: () => Promise.reject(new Error('later')) })
  const live = await relay.sessions.ensure(account.id, { fresh: true })
  await until(() => relay.sessions.copies.list()[0]?.lingering?.tries === 1, 'the one before lingers')
  const browser = await relay.signedIn(bob)
  const end = async () => (await browser.post(`/devices/${bob.device.id}/end`)).location
  t.equal(await end(), '/devices?done=device-ended-lingers&left=1')
  t.equal(relay.sessions.live(account.id), live)
  restore()
  t.equal(await end(), '/devices?done=device-ended')
  t.same(relay.sessions.copies.list(), [])
  t.equal(relay.sessions.live(account.id), live)
  await relay.sessions.copies.note({ way: 'kept', device: bob.device }, live)
  t.equal(await end(), '/devices?done=device-ended')
  t.equal(relay.sessions.live(account.id), undefined, 'its own')
})

t.test(
  'who runs the relay ends everything of a person and keeps him out, without a look at his accounts; nothing of his gets in until he is let in again',
  async (t) => {
    const relay = await startPortal(t)
    const { bob } = relay
    const [ann, bobs] = [await relay.signedIn(relay.ann), await relay.signedIn(bob)]
    const people = await ann.get('/people')
    t.match(readPage(people.body), /bob/)
    t.notMatch(people.body, /bob@erp/)
    const tunnel = await openTunnel(t, relay, bob.device, 'erp.example.com:443')
    await closed(tunnel, async () => t.equal((await ann.post(`/people/${bob.user.id}/disable`)).location, '/people?done=user-disabled'))
    t.match((await bobs.get('/')).location, /^\/sign-in/)
    const wrong = await relay.visitor().signIn('bob', 'wrong password')
    const right = await relay.visitor().signIn('bob', bob.password)
    t.same([right.status, readPage(right.body)], [wrong.status, readPage(wrong.body)], 'his password is told from a wrong one by nothing')
    t.equal(relay.identity.devicePrincipal(bob.device.token), undefined)
    t.equal(relay.identity.certifiedPrincipal(bob.device.id), undefined)
    await t.rejects(relay.identity.addDevice(bob.user.id, 'new'), { code: 'not_found' })
    t.equal((await ann.post(`/people/${relay.ann.user.id}/disable`)).status, 400, 'nobody disables himself')

    t.equal((await ann.post(`/people/${bob.user.id}/enable`)).location, '/people?done=user-enabled')
    t.ok(relay.identity.devicePrincipal(bob.device.token))
    await relay.identity.signIn({ name: 'bob', password: bob.password, address: '192.0.2.1', agent: '' })
  },
)

t.test('what fails keeps nothing else of a person from its end, and is told', async (t) => {
  const relay = await startPortal(t)
  const { bob } = relay
  const ann = await relay.signedIn(relay.ann)
  t.intercept(relay.identity, 'disableUser', { value: () => Promise.reject(new Error('the disk is full')) })
  const tunnel = await openTunnel(t, relay, bob.device, 'erp.example.com:443')
  await closed(tunnel, async () => t.equal((await ann.post(`/people/${bob.user.id}/disable`)).status, 500))
})

t.test('who has given his password and owes a code gets no further once he is disabled', async (t) => {
  const relay = await startPortal(t)
  const { secret } = await setUpAuthenticator(await relay.signedIn(relay.bob))
  const visitor = relay.visitor()
  t.match((await visitor.signIn('bob', relay.bob.password)).location, /^\/sign-in\/code/)
  await visitor.get('/sign-in/code')
  await relay.identity.disableUser(relay.bob.user.id)
  t.equal(await relay.identity.disableUser(relay.bob.user.id), false)
  const give = () => visitor.post('/sign-in/code', { next: '/', code: generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 }) })
  t.equal((await give()).location, '/sign-in?done=half-over')
  await relay.identity.enableUser(relay.bob.user.id)
  t.equal((await give()).location, '/sign-in?done=half-over', 'let in again, he begins anew')
})

t.test('people are the business of who runs the relay', async (t) => {
  const relay = await startPortal(t)
  const bob = await relay.signedIn(relay.bob)
  t.equal((await bob.get('/people')).status, 403)
  for (const deed of ['end', 'disable', 'enable']) t.equal((await bob.post(`/people/${relay.ann.user.id}/${deed}`)).status, 403, deed)
  t.equal((await relay.identity.findUser('ann'))?.disabledAt, undefined)
})
