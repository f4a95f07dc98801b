import t, { type Test } from 'tap'
import { type Answer, formOf, seeOther, serve } from '../sites/serve.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

/** What the site does to a request, in place of its answer. */
type Trouble = 'answers 503' | 'closes the connection' | 'does not answer' | undefined

/** A person's account at a site that is as the test says, before the form and after it, and a clock that the test moves. */
async function scene(t: Test, options: { readonly target?: string; readonly folder?: string; readonly timeoutSeconds?: number } = {}) {
  const state = { page: undefined as Trouble, form: undefined as Trouble, target: options.target ?? '', minutes: 0 }
  const posts: string[] = []
  const site = await serve((request, response): Answer | undefined => {
    const isForm = request.method === 'POST'
    if (isForm) posts.push(formOf(request).get('password') ?? '')
    const trouble = isForm ? state.form : state.page
    if (trouble === 'answers 503') return { status: 503, body: '<title>Under maintenance</title>' }
    if (trouble === 'closes the connection') response.destroy()
    if (trouble !== undefined) return undefined
    if (isForm) return seeOther('/home', ['sid=1; Path=/'])
    return request.path === '/home'
      ? { body: '<title>Home</title><a href="/logout">Sign out</a>' }
      : { body: `<title>Sign in</title><form method=post action="${state.target}/login"><input name=username><input type=password name=password></form>` }
  })
  t.teardown(() => site.stop())
  const start = (login: Record<string, number> = {}) =>
    startRelay(t, {
      config: { login: { retries: 1, ...login } },
      now: () => Date.now() + state.minutes * 60_000,
      ...(options.folder === undefined ? {} : { folder: options.folder }),
    })
  const relay = await start(options.timeoutSeconds === undefined ? {} : { timeoutSeconds: options.timeoutSeconds })
  const { account } = await enrol(relay, { url: site.url, username: 'ann', password: 'correct horse' })
  return { state, posts, relay, start, id: account.id }
}

for (const trouble of ['answers 503', 'closes the connection', 'does not answer'] as const)
  t.test(`a site that ${trouble} when it has the password does not get it again by itself, not after a restart either`, async (t) => {
    const { state, posts, relay, start, id } = await scene(t, { folder: await tempFolder(t), ...(trouble === 'does not answer' ? { timeoutSeconds: 5 } : {}) })
    state.form = trouble
    await t.rejects(relay.sessions.ensure(id), {
      code: 'login_failed',
      message: /the site did not answer properly; .*; what the site made of the last password is not known/,
      next: /When the site is up, sign in from the portal or with `login-relay login erp`/,
    })
    t.match(relay.accounts.account(id)?.attention, { reason: 'interrupted', seen: /.+, when the password had left$/ })
    state.form = undefined
    state.minutes = 60
    await t.rejects(relay.sessions.ensure(id), { code: 'needs_attention', message: /when the password had left/, next: /`login-relay login erp`/ })
    await t.rejects(relay.sessions.rotate(id), { code: 'needs_attention' })
    await relay.stop()
    const next = await start()
    await t.rejects(next.sessions.ensure(id), { code: 'needs_attention' })
    t.equal(posts.length, 1)
    await next.sessions.ensure(id, { fresh: true })
    t.equal(posts.length, 2, 'but where a person asks')
    t.equal(next.accounts.account(id)?.attention, undefined)
  })

for (const trouble of ['answers 503', 'closes the connection'] as const)
  t.test(`a site that ${trouble} before it has the password heals by itself`, async (t) => {
    const { state, posts, relay, id } = await scene(t)
    state.page = trouble
    await t.rejects(relay.sessions.ensure(id), { code: 'login_failed', next: /Check that the site is up/ })
    t.equal(relay.accounts.account(id)?.attention, undefined)
    state.page = undefined
    await t.rejects(relay.sessions.ensure(id), { code: 'login_failed' }, 'it is left alone for a while')
    state.minutes = 1
    await relay.sessions.ensure(id)
    t.equal(posts.length, 1)
  })

t.test('a site that posts to where nobody listens never had the password, and heals by itself', async (t) => {
  const provider = await serve(() => ({}))
  t.teardown(() => provider.stop())
  const { state, posts, relay, id } = await scene(t, { target: provider.origin })
  await provider.stop()
  await t.rejects(relay.sessions.ensure(id), { code: 'login_failed', message: /does not answer/ })
  t.equal(relay.accounts.account(id)?.attention, undefined)
  state.target = ''
  state.minutes = 1
  await relay.sessions.ensure(id)
  t.equal(posts.length, 1)
})

t.test('what the site made of a password is not known either where the relay breaks meanwhile', async (t) => {
  const { state, posts, relay, id } = await scene(t)
  const { signIn } = relay.login
  Object.assign(relay.login, {
    async signIn(...given: Parameters<typeof signIn>) {
      await signIn.apply(relay.login, given)
      throw new Error('broken')
    },
  })
  await t.rejects(relay.sessions.ensure(id), { message: 'broken' })
  Object.assign(relay.login, { signIn })
  t.match(relay.accounts.account(id)?.attention, { reason: 'interrupted', seen: /something broke/ })
  state.minutes = 60
  await t.rejects(relay.sessions.ensure(id), { code: 'needs_attention' })
  t.equal(posts.length, 1)
  await relay.sessions.ensure(id, { fresh: true })
  t.equal(relay.accounts.account(id)?.attention, undefined)
})

t.test('a password is not sent again by itself where the store would not take what came of it', async (t) => {
  const { state, posts, relay, id } = await scene(t)
  state.form = 'answers 503'
  const { setAttention } = relay.accounts
  Object.assign(relay.accounts, { setAttention: () => Promise.reject(new Error('the disk is full')) })
  await t.rejects(relay.sessions.ensure(id), { message: 'the disk is full' })
  Object.assign(relay.accounts, { setAttention })
  t.equal(relay.accounts.account(id)?.attention, undefined)
  state.form = undefined
  state.minutes = 60
  await t.rejects(relay.sessions.ensure(id), { code: 'needs_attention', message: /could not be stored/ })
  t.equal(posts.length, 1)
  await relay.sessions.ensure(id, { fresh: true })
  t.equal(posts.length, 2, 'but where a person asks')
  await relay.sessions.end(id)
  await relay.sessions.ensure(id)
})
