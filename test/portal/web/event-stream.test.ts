import t from 'tap'
import { EventStreams } from '../../../relay/portal/web/event-streams.ts'
import { until } from '../../until.ts'
import { startPortal } from '../start-portal.ts'
import { workingAccount } from '../working-site.ts'

/** Reads a stream of server-sent events in the background. */
function listen(portalUrl: string, headers: Record<string, string>) {
  const leaving = new AbortController()
  let text = ''
  let ended = false
  const opened = fetch(`${portalUrl}/api/v1/events`, { headers, signal: leaving.signal })
  const done = opened
    .then(async ({ body }) => {
      const decoder = new TextDecoder()
      for await (const chunk of body ?? []) text += decoder.decode(chunk as Uint8Array, { stream: true })
      ended = true
    })
    .catch(() => {})
  const leave = () => {
    leaving.abort()
    return done
  }
  return { opened, done, leave, text: () => text, ended: () => ended, events: () => [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type) }
}

t.test('each hears of his own accounts as it happens, and of nobody else’s', async (t) => {
  const relay = await startPortal(t)
  const { account, password } = await workingAccount(t, relay, relay.ann)
  const ann = listen(relay.portalUrl, { cookie: (await relay.signedIn(relay.ann)).cookie })
  const bob = listen(relay.portalUrl, { authorization: `Bearer ${relay.bob.device.token}` })
  t.equal((await ann.opened).headers.get('content-type'), 'text/event-stream')
  await bob.opened
  await relay.sessions.ensure(account.id)
  await t.resolves(until(() => ann.events().includes('signed-in'), 'the sign-in'))
  t.equal(ann.events()[0], 'started')
  t.ok(ann.events().includes('step'))
  t.same(bob.events(), [])
  t.match(bob.text(), /: open/)
  t.notMatch(ann.text(), password)
  await Promise.all([ann.leave(), bob.leave()])
})

t.test('a notice reaches the windows of the person it is for at once; not his devices, not who runs the relay, not others', async (t) => {
  const relay = await startPortal(t)
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const own = listen(relay.portalUrl, { cookie: (await relay.signedIn(relay.ann)).cookie })
  const others = [
    listen(relay.portalUrl, { cookie: (await relay.signedIn(relay.bob)).cookie }),
    listen(relay.portalUrl, bearer(relay.ann.device.token)),
    listen(relay.portalUrl, bearer(relay.adminToken)),
  ]
  await Promise.all([own, ...others].map(({ opened }) => opened))
  await relay.notices.tell({ owner: relay.ann.user.id, kind: 'access-asked', account: relay.ann.account.id, text: 'for a day' })
  await until(() => own.text().includes('for a day'), 'the notice')
  t.match(own.text(), /event: notice\ndata: \{.*"title":"Somebody asks for an account".*"account":\{[^}]*"name":"erp"/)
  for (const other of others) t.notMatch(other.text(), /for a day/)
  await Promise.all([own, ...others].map(({ leave }) => leave()))
})

t.test('the stream ends when its portal session ends, and when its device is revoked', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const portal = listen(relay.portalUrl, { cookie: browser.cookie })
  const device = listen(relay.portalUrl, { authorization: `Bearer ${relay.ann.device.token}` })
  await Promise.all([portal.opened, device.opened])
  await browser.post('/sign-out')
  await t.resolves(until(portal.ended, 'signed out'), 'signed out')
  t.notOk(device.ended(), 'the device’s goes on')
  await relay.identity.revokeDevice(relay.ann.device.id)
  await t.resolves(until(device.ended, 'revoked'), 'revoked')
})

t.test('nobody is told nothing', async (t) => {
  const relay = await startPortal(t)
  t.equal((await listen(relay.portalUrl, {}).opened).status, 401)
})

t.test('stopping the relay ends streams at once', async (t) => {
  const relay = await startPortal(t)
  const stream = listen(relay.portalUrl, { authorization: `Bearer ${relay.adminToken}` })
  await stream.opened
  const began = Date.now()
  await relay.portal.stop()
  t.ok(Date.now() - began < 10_000)
  await stream.done
})

t.test('a stream whose right has gone ends at the next heartbeat; a living one is told so', async (t) => {
  const streams = new EventStreams()
  let known = true
  const stream = streams.open({ kind: 'local' }, async () => known, 10)
  let text = ''
  let ended = false
  stream?.on('data', (chunk) => {
    text += chunk
  })
  stream?.on('end', () => {
    ended = true
  })
  await t.resolves(until(() => text.includes(': still here'), 'the heartbeat'))
  known = false
  await t.resolves(until(() => ended, 'the end'))
})

t.test('one holds so many streams and no more; a stream that nobody reads is cut', async (t) => {
  const streams = new EventStreams()
  const open = () => streams.open({ kind: 'local' }, async () => true)
  const held = Array.from({ length: 20 }, open)
  t.ok(held.every((stream) => stream !== undefined))
  t.equal(open(), undefined)
  const account = { id: 'a', name: 'n'.repeat(1000), siteId: 's', owner: 'o', username: 'u', createdAt: 0, credentialVersion: 1 }
  for (let count = 0; count < 400; count++) streams.tell({ type: 'ended', account, reason: 'person', at: 0 })
  t.ok(held.every((stream) => stream?.destroyed === true))
  await new Promise((resolve) => setImmediate(resolve))
  const next = open()
  t.ok(next, 'there is room again')
  streams.endAll()
})
