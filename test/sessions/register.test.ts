import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { commandLine } from '../commands/command-line.ts'
import { filesIn, formsIn } from '../laws/canary.ts'
import { type Behaviour, type RegisteringOptions, startRegisteringSite } from '../sites/registering-site.ts'
import { type BusinessSite, formOf } from '../sites/serve.ts'
import { enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

const details = { email: 'bea@example.com' }

/** A person whose relay knows the site, and has an account of another name there. */
async function scene(t: Test, options: RegisteringOptions = {}, folder?: string) {
  const business = await startRegisteringSite(options)
  t.teardown(() => business.stop())
  const relay = await startRelay(t, folder === undefined ? {} : { folder })
  const { user, account } = await enrol(relay, { url: business.url, username: 'ann', password: 'anything' })
  await relay.accounts.removeAccount(account.id)
  const prepare = (username = 'bea') => relay.sessions.registrations.prepare({ userId: user.id, siteId: 'erp', username, details })
  return { business, relay, user, prepare }
}

/** Law 1: of every password that left for the site, nothing is in what people are shown, in the log or on disk. */
async function isNowhere(t: Test, { logged, sessions, folder }: StartedRelay, { requests }: BusinessSite, id: string, ...shown: string[]): Promise<void> {
  const left = requests.filter(({ method, path }) => method === 'POST' && path === '/register').map((request) => formOf(request).get('password') ?? '')
  t.ok(left.length > 0 && left.every(({ length }) => length === 30))
  const canaries = left.map((value) => ({ value, core: value.slice(5, 25) }))
  const files = (await filesIn(folder)).map(({ bytes }) => bytes)
  const texts = [logged(), JSON.stringify(sessions.recent(id)), ...shown].map((text) => Buffer.from(text))
  t.same(formsIn(canaries, Buffer.concat([...texts, ...files])), [])
}

t.test('the relay makes an account with a password by the rules of the form, and signs in with it before it counts', async (t) => {
  const { business, relay, prepare } = await scene(t)
  const account = await prepare().make()
  t.match(account, { name: 'erp', username: 'bea', attention: undefined, credentialVersion: 1 })
  t.match(relay.accounts.versions(account.id), [{ cause: 'registered', state: 'present' }])
  t.same(business.tries, [{ username: 'bea', isRight: true }])
  const password = business.users.get('bea') ?? ''
  t.equal(password.length, 30)
  t.ok(relay.sessions.live(account.id))
  t.equal(
    business.requests
      .find(({ method, path }) => method === 'POST' && path === '/register')
      ?.body.toString()
      .includes('email=bea%40example.com'),
    true,
  )
  await isNowhere(t, relay, business, account.id)
})

t.test('what the site refuses is told in its words, and nothing is kept', async (t) => {
  const { business, relay, prepare } = await scene(t)
  const { account, make } = prepare('taken')
  const refusal = await make().catch((error: Error) => error)
  t.match(refusal, { code: 'registration_failed', message: /That does not do.*Not with the password \[secret\]/ })
  await isNowhere(t, relay, business, account.id, (refusal as Error).message)
  t.same(relay.accounts.listAccounts(), [])
  t.same(business.tries, [], 'nor is another person’s account tried')
  await prepare().make()
  t.throws(() => prepare(), { code: 'already_exists' })
})

t.test('where an address of mail is to be confirmed first, the account is kept and left alone until its person signs in', async (t) => {
  const { business, relay, prepare } = await scene(t, { behaviour: () => 'wants-mail-confirmed' })
  const account = await prepare().make()
  t.match(account.attention, { reason: 'registering', seen: /activate your account/ })
  await t.rejects(relay.sessions.ensure(account.id), { code: 'needs_attention', message: /no sign-in has shown/ })
  t.same(business.tries, [])
  business.activate('bea')
  await relay.sessions.ensure(account.id, { fresh: true })
  t.equal(relay.accounts.account(account.id)?.attention, undefined)
})

for (const behaviour of ['fails', 'forbids'] as const)
  t.test(`a site that has made the account and then ${behaviour} is found out by a sign-in`, async (t) => {
    const { business, prepare } = await scene(t, { behaviour: () => behaviour })
    t.match(await prepare().make(), { username: 'bea', attention: undefined })
    t.same(business.tries, [{ username: 'bea', isRight: true }])
  })

t.test('where the site says neither yes nor no, and the sign-in fails, the account and the only copy of its password stay for a person', async (t) => {
  const { business, relay, prepare } = await scene(t, { behaviour: () => 'forbids-and-makes-none' })
  const { account, make } = prepare()
  await t.rejects(make(), { code: 'login_failed' })
  t.same(business.tries, [{ username: 'bea', isRight: false }])
  t.match(relay.accounts.account(account.id), { username: 'bea', attention: { reason: 'wrong-password' } })
})

t.test('law 8: a captcha of a registration goes to the person, never to the reader', async (t) => {
  const { business, relay, user, prepare } = await scene(t, { captcha: true })
  const stop = relay.sessions.onEvent((event) => {
    if (event.type === 'challenge') relay.sessions.answer(event.id, 'k7x2')
  })
  t.teardown(stop)
  const asked: string[] = []
  relay.sessions.onEvent(({ type }) => void asked.push(type))
  await prepare().make()
  t.ok(asked.includes('challenge'))
  t.ok(business.users.has('bea'))
  t.same(relay.sessions.challenges(user.id), [])
})

for (const how of ['loses', 'hangs'] satisfies Behaviour[]) {
  const made = how === 'hangs'
  t.test(
    `killed when the site has the request and ${made ? 'has made the account' : 'has done nothing'}, the account is found in the next relay`,
    async (t) => {
      const folder = await tempFolder(t)
      let kill = (): void => {}
      const { business, relay, user } = await scene(t, { behaviour: () => how, onRegistration: () => void setImmediate(() => kill()) }, folder)
      await relay.stop()
      const child = spawn(process.execPath, [join(import.meta.dirname, 'registering-relay.ts'), folder, user.id], { stdio: 'inherit' })
      t.teardown(() => child.kill('SIGKILL'))
      kill = () => child.kill('SIGKILL')
      t.same(await once(child, 'exit'), [null, 'SIGKILL'])
      t.equal(business.users.has('bea'), made)

      const next = await startRelay(t, { folder })
      const [account] = next.accounts.listAccounts()
      t.match(account, { username: 'bea', attention: { reason: 'registering' } })
      const id = account?.id ?? ''
      await t.rejects(next.sessions.ensure(id), { code: 'needs_attention' })
      t.same(business.tries, [], 'nothing is sent by itself')
      if (made) await next.sessions.ensure(id, { fresh: true })
      else await t.rejects(next.sessions.ensure(id, { fresh: true }), { code: 'login_failed' })
      t.match(next.accounts.account(id)?.attention, made ? undefined : { reason: 'wrong-password' })
    },
  )
}

t.test('account register tells its steps, and what came of it', async (t) => {
  const home = await tempFolder(t)
  const { run } = commandLine(t, home)
  t.match(await run(['init', '--data', './data', '--user', 'ann', '--password-stdin'], 'portal password\n'), { status: 0 })
  const { business, relay } = await scene(t, {}, join(home, 'data'))
  await relay.stop()
  const words = ['account', 'register', 'erp', '--user', 'ann', '--username', 'bea']
  const done = await run([...words, '--detail', 'email=bea@example.com'])
  t.match(done, { status: 0, stdout: /form for a new account at \/register[\s\S]*registration sent[\s\S]*Stored erp: bea at erp\./ })
  t.notMatch(done.stdout + done.stderr, business.users.get('bea') ?? '')
  t.match(await run([...words, '--name', 'other']), { status: 1, stdout: /asks for an address of mail in `email`, and none was given/ })
  t.match(await run(words), { status: 1, stderr: /There is an account erp|already/ })
})
