import type { Test } from 'tap'
import { type StartedRelay, startRelay } from '../../start-relay.ts'
import { type Canary, filesIn, formsIn, newCanary } from '../canary.ts'
import { type Kind, type StartedSite, secureHost } from './law-1-kinds.ts'
import { type Heard, WatchedTerminal } from './watched-terminal.ts'

interface Scene {
  readonly relay: StartedRelay
  readonly site: StartedSite
  readonly kind: Kind
  readonly terminal: WatchedTerminal
  readonly right: Canary
  readonly wrong: Canary
  /** Ann's password at the portal. */
  readonly portal: Canary
  /** NAME:TOKEN of ann's device, of bob's. */
  readonly device: string
  readonly other: string
  operator(method: string, path: string, body?: unknown): Promise<Heard>
  ann(method: string, path: string, body?: unknown): Promise<Heard>
}

const html = ['--header', 'Accept: text/html']
const choose = (name: string) => ['--header', `Login-Relay-Account: ${name}`]

/**
 * A whole life of an account at a site of this kind, after which everything a terminal received and everything on disk is searched
 * for the passwords (law 1). test/laws/law-1/law-1-search.test.ts shows that the search finds.
 */
export async function liveThrough(t: Test, kind: Kind): Promise<void> {
  const scene = await openScene(t, kind)
  await enrol(t, scene)
  await beRefused(t, scene)
  await useTheProxyWithoutLeave(t, scene)
  await signIn(t, scene)
  await useTheProxy(t, scene)
  await lookEverywhere(t, scene)
  await followTheLink(t, scene)
  await claim(t, scene)
  await checkDisk(t, scene, 'while the session lives')
  await leave(t, scene)
  await scene.relay.stop()
  await checkDisk(t, scene, 'when all is over')
  checkReceived(t, scene)
}

async function openScene(t: Test, kind: Kind): Promise<Scene> {
  const [right, wrong, portal] = [newCanary(kind.letters), newCanary(kind.letters), newCanary()]
  const site = await kind.start(kind.username, right)
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { hosts: { [secureHost]: '127.0.0.1' }, config: { login: { captchaTries: 10 } } })
  const terminal = new WatchedTerminal(relay)
  const operator: Scene['operator'] = (...request) => terminal.api(`Bearer ${relay.adminToken}`, ...request)
  t.equal((await operator('POST', '/users', { name: 'ann', password: portal.value, role: 'admin' })).status, 201)
  t.equal((await operator('POST', '/users', { name: 'bob', password: newCanary().value })).status, 201)
  const deviceOf = async (user: string): Promise<string> => {
    const { text } = await operator('POST', '/devices', { name: `${user}-laptop`, user })
    return `${user}-laptop:${(JSON.parse(text) as { token: string }).token}`
  }
  const device = await deviceOf('ann')
  const ann: Scene['ann'] = (...request) => terminal.api(`Basic ${Buffer.from(device).toString('base64')}`, ...request)
  t.equal((await terminal.browser.signIn('ann', wrong.value)).status, 401)
  t.equal((await terminal.browser.signIn('ann', portal.value)).status, 303)
  await terminal.listen(t, `Basic ${Buffer.from(device).toString('base64')}`)
  answerQuestions(t, relay, site, ann)
  return { relay, site, kind, terminal, right, wrong, portal, device, other: await deviceOf('bob'), operator, ann }
}

async function enrol(t: Test, { operator, terminal: { browser }, site, kind, right, wrong }: Scene): Promise<void> {
  const { url, ca, beside } = site
  const wanted = {
    url,
    id: 'erp',
    delivery: kind.delivery,
    ...(ca === undefined ? {} : { ca }),
    ...(kind.adapter === undefined ? {} : { adapter: kind.adapter }),
    ...(site.settings === undefined ? {} : { settings: site.settings }),
  }
  t.match(JSON.parse((await operator('POST', '/sites/probe', wanted)).text), { ok: true })
  t.equal((await operator('POST', '/sites', wanted)).status, 201)
  const account = { site: 'erp', user: 'ann', username: kind.username, password: wrong.value, name: 'wrong', ...beside }
  t.equal((await operator('POST', '/accounts', account)).status, 201)
  const byForm = { site: 'erp', username: kind.username, password: right.value, name: 'right' }
  t.match((await browser.post('/accounts/new', byForm)).location, /done=account-added/)
  if (beside !== undefined) t.equal((await operator('POST', '/accounts', { ...account, password: right.value, name: 'right', replace: true })).status, 201)
  // What is refused holds the password too.
  t.equal((await operator('POST', '/accounts', { ...account, password: right.value })).status, 409)
  t.equal((await browser.post('/accounts/new', byForm)).status, 409)
  t.equal((await browser.post('/accounts/new', { ...byForm, site: 'none' })).status, 404)
  t.equal((await operator('POST', '/accounts', { ...account, [right.value]: right.value })).status, 400)
}

/** A wrong password: once, and then no more until it is replaced (law 3). */
async function beRefused(t: Test, scene: Scene): Promise<void> {
  const { relay, ann, terminal, device, site, wrong, kind } = scene
  const lines = await login(scene, 'wrong')
  t.match(lines.at(-1), { type: 'failed', kind: 'wrong-password' })
  t.equal((await login(scene, 'wrong')).at(-1)?.code, 'needs_attention')
  for (const options of [[], html]) {
    const { status, text } = await terminal.proxied(device, site.url, ...choose('wrong'), ...options)
    t.match([status, text], [409, /needs_attention/])
  }
  const id = (JSON.parse((await ann('GET', '/accounts/wrong')).text) as { id: string }).id
  await terminal.browser.get('/')
  t.match((await terminal.browser.get(`/accounts/${id}`)).body, 'The site refused the user name or password')
  t.match((await terminal.browser.get(`/accounts/${id}/evidence`)).body, 'had been sent', 'what was seen is told without the password')
  const replaced = await terminal.browser.post(`/accounts/${id}/password`, { username: kind.username, password: wrong.value })
  t.match(replaced.location, /done=password-replaced/)
  await terminal.browser.post(`/accounts/${id}/sign-in`)
  await relay.sessions.ensure(id).catch(() => undefined)
  await terminal.browser.get(`/accounts/${id}`)
}

async function useTheProxyWithoutLeave(t: Test, { terminal, device, other, site: { url } }: Scene): Promise<void> {
  for (const options of [[], html]) {
    const seen = async (who: string, ...more: string[]) => (await terminal.proxied(who, url, ...options, ...more)).status
    if (url.startsWith('http:')) t.equal(await seen(''), 407)
    else await seen('')
    t.equal(await seen(device), options === html ? 303 : 409, 'which account? A browser is led to where a person says')
    t.equal(await seen(device, ...choose('none')), 404)
    t.equal(await seen(other), 401, 'bob has none')
  }
}

async function signIn(t: Test, scene: Scene): Promise<void> {
  const lines = await login(scene, 'right')
  t.match(lines.at(-1), { type: 'signed-in' })
  t.ok(lines.filter(({ type }) => type === 'step').length >= 2)
  t.ok(scene.site.rightSignIns() >= 1, 'the site received the password')
}

async function useTheProxy(t: Test, { relay, terminal, device, site: { url } }: Scene): Promise<void> {
  const trust = choose('right')
  const landing = relay.sessions.listLive()[0]?.landingUrl ?? ''
  t.equal((await terminal.proxied(device, landing, ...trust)).status, 200)
  t.equal((await terminal.proxied(device, landing, ...trust, '--head')).status, 200)
  for (const address of [url, new URL('/nowhere', url).href]) await terminal.proxied(device, address, ...trust, ...html)
  await terminal.proxied(device, new URL('/nowhere', url).href, ...trust, '--data', 'a=1')
}

/** Every page of the portal, and every GET of the API that its own document names. */
async function lookEverywhere(t: Test, { ann, operator, terminal: { browser } }: Scene): Promise<void> {
  const accounts = JSON.parse((await ann('GET', '/accounts')).text) as { id: string }[]
  const pages = ['/', '/accounts/new', '/sites/new', '/devices', '/sessions', '/set-up', '/sign-in', '/nowhere', '/proxy.pac', '/questions/none']
  for (const path of [...pages, ...accounts.flatMap(({ id }) => [`/accounts/${id}`, `/accounts/${id}/password`, `/accounts/${id}/evidence`])])
    await browser.get(path)
  const document = JSON.parse((await ann('GET', '/openapi.json')).text) as { paths: Record<string, { get?: object }> }
  const paths = Object.entries(document.paths).flatMap(([path, { get }]) =>
    get === undefined || path.endsWith('/events') ? [] : [path.replace('/api/v1', '')],
  )
  t.ok(paths.length > 10)
  for (const path of paths) {
    for (const id of path.includes('{') ? ['right', 'wrong', 'erp', ...accounts.map((account) => account.id)] : ['']) {
      for (const who of [ann, operator]) await who('GET', path.replace(/\{\w+\}/, id))
    }
  }
}

/** From the click in the portal to the site's own origin, and on. */
async function followTheLink(t: Test, { ann, terminal, device, kind, relay }: Scene): Promise<void> {
  const { link } = JSON.parse((await ann('POST', '/accounts/right/open', {})).text) as { link: string }
  const path = new URL(link).pathname
  await terminal.browser.send('HEAD', path)
  t.match((await terminal.browser.get(path)).body, 'Continue')
  await ann('POST', '/tickets/claim', { ticket: 'x'.repeat(43) })
  const leaving = await terminal.browser.post(path, {}, { headers: { accept: '*/*' } })
  if (kind.staysHere && kind.delivery === 'handoff') return void t.match(leaving.body, 'cannot be handed off')
  t.equal(leaving.status, 303)
  const cookies = ['--cookie-jar', `${relay.folder}/terminal.jar`, '--cookie', `${relay.folder}/terminal.jar`]
  const delivered = await terminal.proxied(device, leaving.location ?? '', ...cookies)
  t.equal(delivered.status, 303)
  t.equal((await terminal.proxied(device, delivered.location ?? '', ...cookies)).status, 200, 'the account chosen by the link')
  t.equal((await terminal.proxied(device, leaving.location ?? '', ...cookies)).status, 410)
}

async function claim(t: Test, { ann, kind }: Scene): Promise<void> {
  const { link } = JSON.parse((await ann('POST', '/accounts/right/open', {})).text) as { link: string }
  const claimed = JSON.parse((await ann('POST', '/tickets/claim', { ticket: link.split('/').at(-1) })).text) as Record<string, unknown>
  if (kind.staysHere) return void t.equal(claimed.code, 'handoff_unavailable')
  const headers = (claimed.headers as { name: string }[]).map(({ name }) => name)
  t.same(headers, kind.headers ?? [])
  t.ok((claimed.cookies as unknown[]).length + headers.length > 0)
}

async function leave(t: Test, { ann, operator, terminal: { browser } }: Scene): Promise<void> {
  t.match(JSON.parse((await ann('POST', '/accounts/right/logout', {})).text), { ended: true })
  await browser.get('/')
  await operator('POST', '/vault/rotate-key', {})
  t.equal((await operator('DELETE', '/accounts/wrong?user=ann')).status, 204)
  await browser.get('/')
  await browser.post('/sign-out')
}

/** The lines of a sign-in; or the problem it was refused with. */
async function login({ ann }: Scene, name: string): Promise<{ readonly type?: string; readonly code?: string }[]> {
  const { text } = await ann('POST', `/accounts/${name}/login`, {})
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type?: string; code?: string })
}

/** Ann at her terminal: whatever a sign-in asks, she looks at the image and answers. */
function answerQuestions(t: Test, { sessions }: StartedRelay, { answerOf }: StartedSite, ann: Scene['ann']): void {
  const answer = async (id: string): Promise<void> => {
    await ann('GET', '/challenges')
    await ann('GET', `/challenges/${id}/image`)
    const found = sessions.challenges().find((challenge) => challenge.id === id)?.challenge
    if (found?.kind === 'captcha' && answerOf !== undefined) await ann('POST', `/challenges/${id}`, { answer: answerOf(found.image) })
  }
  t.teardown(sessions.onEvent((event) => event.type === 'challenge' && void answer(event.id)))
}

async function checkDisk(t: Test, { relay, right, wrong, portal, site }: Scene, when: string): Promise<void> {
  const files = await filesIn(relay.folder)
  t.ok(
    files.some(({ bytes }) => bytes.includes('orders_session') || bytes.includes('"accounts"')),
    'this is where it would be',
  )
  for (const { what, bytes } of files) t.same(formsIn([right, wrong, portal, ...(site.secretToo?.() ?? [])], bytes), [], `${what}, ${when}`)
}

function checkReceived(t: Test, { terminal, relay, right, wrong, portal, site }: Scene): void {
  const canaries = [right, wrong, portal, ...(site.secretToo?.() ?? [])]
  t.ok(terminal.received.length > 80, `${terminal.received.length} answers`)
  t.ok(terminal.stream.includes('signed-in'), 'the event stream told of the sign-in')
  for (const { what, bytes } of [...terminal.received, { what: 'the event stream', bytes: terminal.stream }]) t.same(formsIn(canaries, bytes), [], what)
  const log = relay.logged()
  t.match(log, /sign-in failed/)
  t.same(formsIn(canaries, Buffer.from(log)), [], 'the log')
  for (const line of log.trim().split('\n')) JSON.parse(line)
}
