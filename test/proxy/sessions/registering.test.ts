import t, { type Test } from 'tap'
import { type CurlTerminal, openTerminal } from '../../flows/curl-terminal.ts'
import { filesIn, formsIn, newCanary } from '../../laws/canary.ts'
import { type RegisteringSite, startRegisteringSite } from '../../sites/registering-site.ts'
import { type StartedRelay, startRelay } from '../../start-relay.ts'

const canary = newCanary('')

interface Scene {
  readonly relay: StartedRelay
  readonly business: RegisteringSite
  readonly terminal: CurlTerminal
  readonly userId: string
  readonly otherId: string
  register(form: Readonly<Record<string, string>>, ...options: string[]): Promise<{ status: number; header(name: string): string | undefined }>
}

async function begin(t: Test): Promise<Scene> {
  const business = await startRegisteringSite()
  t.teardown(() => business.stop())
  const relay = await startRelay(t)
  const place = { origins: [business.origin], loginUrl: business.url, networks: ['loopback'], settings: {} } as const
  await relay.accounts.addSite({ id: 'shop', adapter: 'form', delivery: 'attach', ...place })
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((name) => relay.identity.addUser({ name, password: 'long enough', role: 'member' })))
  const { device, token } = await relay.identity.addDevice(ann?.id ?? '', 'laptop')
  const terminal = openTerminal(t, relay, { name: device.name, token })
  const register: Scene['register'] = (form, ...options) =>
    terminal.get(`${business.origin}/register`, ...Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]), ...options)
  return { relay, business, terminal, userId: ann?.id ?? '', otherId: bob?.id ?? '', register }
}

const good = { username: 'ann.new', email: 'ann@shop.example', password: canary.value, password2: canary.value }

/** What is offered once an answer has passed. */
async function offered({ relay, userId }: Scene, username: string): Promise<string> {
  for (let tries = 0; tries < 1500; tries++) {
    const found = relay.sessions.registrations.offers(userId).find((offer) => offer.username === username)
    if (found !== undefined) return found.id
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('nothing was offered')
}

t.test('a registration is offered, refused attempts are corrected, and it is kept when the person says so and a sign-in proves it', async (t) => {
  const scene = await begin(t)
  const { relay, business, terminal, userId, otherId, register } = scene
  const { registrations } = relay.sessions
  t.equal((await terminal.get(`${business.origin}/register`)).status, 401, 'without an account the site is not reached')
  registrations.open(userId, 'shop')
  t.equal((await terminal.get(`${business.origin}/register`)).status, 200)
  await register({ ...good, username: 'taken' })
  await register({ ...good, password: 'short', password2: 'short' })
  t.same(registrations.offers(userId), [], 'what the site refused is not offered')
  const answer = await register(good)
  t.match([answer.status, answer.header('set-cookie')], [303, /^sid=/], 'the session there is the person’s own')
  const id = await offered(scene, 'ann.new')
  t.same(registrations.offers(otherId), [], 'of nobody else’s concern')
  await t.rejects(registrations.accept(id, otherId), { code: 'not_found' })
  await t.rejects(registrations.decline(id, otherId), { code: 'not_found' })
  t.same(relay.accounts.listAccounts(), [], 'nothing is stored without a word')
  for (const { what, bytes } of await filesIn(relay.folder)) t.same(formsIn([canary], bytes), [], what)

  const account = await registrations.accept(id, userId, 'my shop')
  t.match(account, { name: 'my shop', username: 'ann.new', owner: userId })
  t.match(relay.accounts.versions(account.id), [{ cause: 'registered', version: 1 }])
  t.same(business.tries, [{ username: 'ann.new', isRight: true }])
  t.ok(relay.sessions.live(account.id))
  t.match((await terminal.get(`${business.origin}/`)).body.toString(), 'Hello ann.new', 'from now on the relay attaches its session')
  t.notMatch(relay.logged(), canary.core)
  await relay.stop()
  for (const { what, bytes } of await filesIn(relay.folder)) t.same(formsIn([canary], bytes), [], what)
})

t.test('what is declined or not proved is not stored', async (t) => {
  const scene = await begin(t)
  const { relay, business, userId, register } = scene
  const { registrations } = relay.sessions
  registrations.open(userId, 'shop')
  await register(good)
  const first = await offered(scene, 'ann.new')
  await registrations.decline(first, userId)
  t.same(registrations.offers(userId), [])
  await t.rejects(registrations.accept(first, userId), { code: 'not_found' })

  await register({ ...good, username: 'second' })
  const second = await offered(scene, 'second')
  business.users.delete('second')
  for (let tries = 0; tries < 3; tries++) await t.rejects(registrations.accept(second, userId), { code: 'login_failed' })
  await t.rejects(registrations.accept(second, userId), { code: 'not_found' })
  t.equal(business.tries.length, 3, 'no more than that')
  t.same(relay.accounts.listAccounts(), [])
})

t.test('a page of another site registers nobody, and a window that is closed lets nothing through', async (t) => {
  const { relay, business, terminal, userId, register } = await begin(t)
  const { registrations } = relay.sessions
  registrations.open(userId, 'shop')
  await register(good, '--header', 'Origin: https://evil.example', '--header', 'Sec-Fetch-Site: cross-site')
  registrations.close(userId, 'shop')
  t.equal((await terminal.get(`${business.origin}/register`)).status, 401)
  t.same(registrations.offers(userId), [])
  t.throws(() => registrations.open(userId, 'nowhere'), { code: 'site_unknown' })
})
