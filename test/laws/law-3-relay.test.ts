import t, { type Test } from 'tap'
import { openTerminal } from '../flows/curl-terminal.ts'
import { Visitor } from '../portal/visitor.ts'
import { startRotatingSite } from '../sites/rotating-site.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

// Law 3 at the relay's doors: proxy, portal, API and links together try a wrong password once, and none tries it again.

interface Scene extends Omit<Enrolled, 'site'> {
  readonly relay: StartedRelay
  readonly site: Awaited<ReturnType<typeof startRotatingSite>>
  readonly folder: string
}

async function openScene(t: Test): Promise<Scene> {
  const site = await startRotatingSite({ password: 'the right one' })
  t.teardown(() => site.stop())
  const folder = await tempFolder(t)
  const relay = await startRelay(t, { folder })
  return { ...(await enrol(relay, { url: site.url, username: 'ann', password: 'wrong' })), relay, site, folder }
}

/** Everybody who can make the relay sign in, some of them many times over. */
function everybody(t: Test, relay: StartedRelay, { site, device, account, user }: Scene, visitor: Visitor): (() => Promise<unknown>)[] {
  const terminal = openTerminal(t, relay, device)
  const call = (path: string, body: object) =>
    fetch(`${relay.portalUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${device.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).then((answer) => answer.text())
  const ticket = async () => (await relay.sessions.tickets.issue(account.id, user.id)).value
  return [
    () => terminal.all(Array(20).fill(`${site.origin}/home`)),
    () => terminal.get(`${site.origin}/home`, '--data', 'a=1'),
    () => visitor.post(`/accounts/${account.id}/open`),
    () => visitor.post(`/accounts/${account.id}/sign-in`),
    async () => visitor.post(`/handoff/${await ticket()}`),
    async () => call('/tickets/claim', { ticket: await ticket() }),
    ...Array.from({ length: 5 }, () => () => call(`/accounts/${account.id}/login`, {})),
  ]
}

async function signedIn({ relay, user, portalPassword }: Pick<Scene, 'relay' | 'user' | 'portalPassword'>): Promise<Visitor> {
  const visitor = new Visitor(relay.portalUrl)
  await visitor.signIn(user.name, portalPassword)
  return visitor
}

t.test('law 3: whoever asks, at once or again and again, the site sees a wrong password once', async (t) => {
  const scene = await openScene(t)
  const visitor = await signedIn(scene)
  for (let round = 0; round < 3; round++) {
    await Promise.all(everybody(t, scene.relay, scene, visitor).map((ask) => ask()))
    t.same(scene.site.book.outcomes, ['wrong-password'])
  }
  t.match(scene.relay.accounts.account(scene.account.id)?.attention, { reason: 'wrong-password' })
})

t.test('law 3: a restart of the relay does not make it try again', async (t) => {
  const scene = await openScene(t)
  await t.rejects(scene.relay.sessions.ensure(scene.account.id), { code: 'login_failed' })
  await scene.relay.stop()
  const relay = await startRelay(t, { folder: scene.folder })
  await Promise.all(everybody(t, relay, scene, await signedIn({ ...scene, relay })).map((ask) => ask()))
  t.same(scene.site.book.outcomes, ['wrong-password'])
})

t.test('law 3: a new password is tried, once too; the right one ends it', async (t) => {
  const scene = await openScene(t)
  const visitor = await signedIn(scene)
  const ask = () => Promise.all(everybody(t, scene.relay, scene, visitor).map((one) => one()))
  await ask()
  await visitor.post(`/accounts/${scene.account.id}/password`, { username: 'ann', password: 'wrong too' })
  await ask()
  t.same(scene.site.book.outcomes, ['wrong-password', 'wrong-password'])
  await visitor.post(`/accounts/${scene.account.id}/password`, { username: 'ann', password: 'the right one' })
  const { status } = await openTerminal(t, scene.relay, scene.device).get(`${scene.site.origin}/home`)
  t.equal(status, 200)
  t.equal(scene.relay.accounts.account(scene.account.id)?.attention, undefined)
})
