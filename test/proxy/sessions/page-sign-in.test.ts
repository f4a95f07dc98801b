import t, { type Test } from 'tap'
import type { PageSignIn } from '../../../relay/sessions/index.ts'
import { type CurlAnswer, type CurlTerminal, openTerminal } from '../../flows/curl-terminal.ts'
import { formsIn, newCanary } from '../../laws/canary.ts'
import { formOf, type ReceivedRequest, seeOther, serve } from '../../sites/serve.ts'
import { SignInBook } from '../../sites/sign-in-book.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../../start-relay.ts'

const canary = newCanary()

interface Scene extends Enrolled {
  readonly relay: StartedRelay
  readonly origin: string
  readonly requests: readonly ReceivedRequest[]
  readonly terminal: CurlTerminal
  readonly other: CurlTerminal
  begin(): Promise<PageSignIn>
  /** Posts a form as the page would. */
  post(path: string, form: Readonly<Record<string, string>>, ...options: string[]): Promise<CurlAnswer>
}

/** A site whose answer repeats what it was given, in the page, a header and a cookie. */
async function open(t: Test, options: { password?: string; check?: (form: URLSearchParams) => boolean; delivery?: 'handoff' } = {}): Promise<Scene> {
  const book = new SignInBook('ann', options.password ?? canary.value)
  const site = await serve((request) => {
    const form = formOf(request)
    const given = form.get('password') ?? ''
    const loginPage = `<form method="post" action="/login"><input name="username"><input type="password" name="password"><button>Sign in</button></form>`
    if (request.path === '/login' && request.method === 'POST') {
      if (options.check?.(form) === false) return { body: `<p>The puzzle was not solved.</p>${loginPage}` }
      const id = book.signIn(form.get('username') ?? '', given)
      const echo = `<p>You said ${given}</p><p>${encodeURIComponent(given)} ${Buffer.from(given).toString('base64')} ${JSON.stringify(given)}</p>`
      if (id === undefined) return { status: 401, body: `<p>Wrong user name or password.</p>${loginPage}${echo}` }
      return {
        headers: { 'set-cookie': [`sid=${id}; Path=/`, `last=${encodeURIComponent(given)}; Path=/`], 'x-last': encodeURIComponent(given) },
        body: `<h1>Hello</h1><a href="/logout">Sign out</a>${echo}`,
      }
    }
    if (request.path === '/login') return { body: loginPage }
    if (book.who(request.cookies.sid) === undefined) return request.path === '/' ? seeOther('/login') : { status: 404, body: 'none' }
    return { body: '<h1>Home</h1><a href="/logout">Sign out</a>' }
  })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { delivery = 'attach' } = options
  const enrolled = await enrol(relay, { url: site.url, username: 'ann', password: canary.value, delivery })
  const terminal = openTerminal(t, relay, enrolled.device)
  const second = await relay.identity.addDevice(enrolled.user.id, 'second')
  return {
    relay,
    ...enrolled,
    origin: site.origin,
    requests: site.requests,
    terminal,
    other: openTerminal(t, relay, { name: second.device.name, token: second.token }),
    begin: () => relay.sessions.pageSignIns.begin(enrolled.account.id, relay.identity.devicePrincipal(enrolled.device.token)?.device.id),
    post: (path, form, ...more) =>
      terminal.get(`${site.origin}${path}`, ...Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]), ...more),
  }
}

const signedIn = ({ relay, account }: Scene) =>
  new Promise<void>((resolve) => {
    relay.sessions.onEvent((event) => event.type === 'signed-in' && event.account.id === account.id && resolve())
  })

t.test('a page that sends its form itself signs in with the placeholder, and its terminal never has the password (laws 1 and 2)', async (t) => {
  const scene = await open(t)
  const { relay, account, terminal, origin, post } = scene
  const { placeholder, username } = await scene.begin()
  const page = await terminal.get(`${origin}/login`)
  t.match(page.body.toString(), /name="password"/, 'the page comes as it is: the relay does not sign in meanwhile')
  const done = signedIn(scene)
  const answer = await post('/login', { username, password: placeholder })
  t.equal(answer.status, 200)
  t.match(answer.body.toString(), 'Hello')
  t.match(answer.body.toString(), '[secret]')
  t.same(formsIn([canary], Buffer.concat([answer.body, Buffer.from(answer.err)])), [], 'neither in the page nor in a header')
  t.notMatch(answer.err + String(answer.header('x-last')), canary.core)
  const itsOwn = scene.requests.find(({ body }) => formsIn([canary], body).length > 0)
  t.match(itsOwn?.headers['user-agent'], /^curl/, 'the site got it, in the form that the terminal sent')
  await done
  const live = relay.sessions.live(account.id)
  t.match(live?.evidence, [/knows the session as signed in/])
  t.equal(live?.cookiesTell, true, 'a cookie tells the password: it is never handed off')
  t.match((await terminal.get(`${origin}/`)).body.toString(), 'Home')
  t.notMatch(relay.logged(), canary.core)
})

t.test('nor has it the cookies that the site gives then, with delivery handoff either: who has some is known, of a session that can be ended', async (t) => {
  const scene = await open(t, { delivery: 'handoff' })
  const { placeholder, username } = await scene.begin()
  const done = signedIn(scene)
  const answer = await scene.post('/login', { username, password: placeholder })
  t.match(answer.body.toString(), 'Hello')
  t.equal(answer.header('set-cookie'), undefined)
  await done
  t.match((await scene.terminal.get(`${scene.origin}/`)).body.toString(), 'Home', 'the relay attaches them')
})

t.test('a placeholder works once', async (t) => {
  const scene = await open(t, { check: (form) => form.get('puzzle') === 'solved' })
  const { placeholder } = await scene.begin()
  t.match((await scene.post('/login', { username: 'ann', password: placeholder })).body.toString(), 'puzzle')
  await scene.post('/login', { username: 'ann', password: placeholder, puzzle: 'solved' })
  t.ok(
    scene.requests.some(({ body }) => body.includes(placeholder)),
    'the second time it is sent as it stands, and is worth nothing',
  )
  const next = await scene.begin()
  const done = signedIn(scene)
  await scene.post('/login', { username: 'ann', password: next.placeholder, puzzle: 'solved' })
  await done
})

t.test('it works in its form alone: no other page, field, method, device, page of another site', async (t) => {
  const scene = await open(t)
  const { terminal, other, origin, post } = scene
  const { placeholder } = await scene.begin()
  const right = { username: 'ann', password: placeholder }
  const cross = ['--header', 'Origin: https://evil.example', '--header', 'Sec-Fetch-Site: cross-site']
  await post('/comment', right)
  await post('/login', { username: placeholder, password: 'x' })
  await post('/login', { username: placeholder, password: placeholder })
  await post('/login', { username: 'ann', password: `${placeholder}x` })
  await post('/login', { username: 'ann', comment: `x&password=${placeholder}` })
  await post('/login', right, ...cross)
  await terminal.get(`${origin}/login?password=${placeholder}`)
  await terminal.get(`${origin}/login`, '--request', 'PUT', '--data', `password=${placeholder}`)
  await terminal.get(`${origin}/login`, '--header', `Cookie: password=${placeholder}`, '--header', `X-Password: ${placeholder}`)
  const large = ['--data', `password=${placeholder}&more=${'x'.repeat(100_000)}`]
  await terminal.get(`${origin}/login`, ...large)
  await other.get(`${origin}/login`, '--data', `username=ann&password=${placeholder}`)
  // The other device has no such attempt: for it the relay has signed in itself.
  const direct = scene.requests.filter(({ body }) => body.includes(placeholder))
  t.ok(direct.length >= 7, 'what was sent holds the placeholder itself')
  const bySomeoneElse = scene.requests.filter(({ body, headers }) => formsIn([canary], body).length > 0 && String(headers['user-agent']).startsWith('curl'))
  t.same(bySomeoneElse, [], 'no request of a terminal was given the password')
})

t.test('it ends with its time, with the credential, when the account is frozen, and when the person ends it', async (t) => {
  const scene = await open(t)
  const { relay, account, post } = scene
  const first = await scene.begin()
  await relay.sessions.end(account.id)
  t.equal(relay.sessions.pageSignIns.of(account.id, 'x'), undefined)
  t.equal(relay.sessions.pageSignIns.take(first), false)
  const frozen = await scene.begin()
  await relay.accounts.freeze(account.id, 'its owner said so')
  t.equal(relay.sessions.pageSignIns.take(frozen), false)
  t.equal(relay.sessions.pageSignIns.of(account.id, relay.identity.devicePrincipal(scene.device.token)?.device.id ?? ''), undefined)
  await relay.accounts.unfreeze(account.id)
  const second = await scene.begin()
  await relay.accounts.addAccount({ owner: account.owner, siteId: 'erp', username: 'ann', secrets: { password: 'another' }, replace: true })
  await post('/login', { username: 'ann', password: second.placeholder })
  t.notOk(scene.requests.some(({ body }) => formsIn([canary], body).length > 0))
})

t.test('a password that the site refuses is not tried again (law 3)', async (t) => {
  const scene = await open(t, { password: 'something else' })
  const { relay, account, post } = scene
  const { placeholder } = await scene.begin()
  const answer = await post('/login', { username: 'ann', password: placeholder })
  t.same(formsIn([canary], answer.body), [])
  for (let tries = 0; tries < 1500 && relay.accounts.account(account.id)?.attention === undefined; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  t.match(relay.accounts.account(account.id), { attention: { reason: 'wrong-password' } })
  await t.rejects(scene.begin(), { code: 'needs_attention' })
})

t.test('placeholders that come to nothing are given three times', async (t) => {
  const scene = await open(t, { check: () => false })
  for (let count = 0; count < 3; count++) await scene.post('/login', { username: 'ann', password: (await scene.begin()).placeholder })
  await t.rejects(scene.begin(), { code: 'placeholder_refused' })
})
