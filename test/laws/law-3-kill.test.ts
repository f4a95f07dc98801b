/** Law 3: a wrong password is tried once, by whatever process: what the site refused is in the store before anybody is told of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type ChangingSite, startChangingSite } from '../sites/changing-site.ts'
import { enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'

t.test('law 3: a relay that is killed right after a refusal leaves it to the next one, which sends that password no more until a person acts', async (t) => {
  const business = await startChangingSite({ password: 'another one' })
  t.teardown(() => business.stop())
  const folder = await tempFolder(t)
  const first = await startRelay(t, { folder })
  const { account } = await enrol(first, { url: business.url, username: 'ann', password: 'the one given' })
  await first.stop()

  const child = spawn(process.execPath, [join(import.meta.dirname, 'refused-relay.ts'), folder], { stdio: 'inherit' })
  t.teardown(() => child.kill('SIGKILL'))
  t.same(await once(child, 'exit'), [null, 'SIGKILL'])
  t.equal(business.tries.length, 1, 'it was refused')

  const next = await startRelay(t, { folder })
  t.match(next.accounts.account(account.id)?.attention, { reason: 'wrong-password' })
  for (const fresh of [false, true]) await t.rejects(next.sessions.ensure(account.id, { fresh }), { code: 'needs_attention' })
  await t.rejects(next.sessions.rotate(account.id, { person: true }), { code: 'needs_attention' })
  t.equal(business.tries.length, 1, 'and is not tried again')
  await next.accounts.confirm(account.id)
  await t.rejects(next.sessions.ensure(account.id), { code: 'login_failed' })
  t.equal(business.tries.length, 2, 'but once more where a person says that it is right')
})

/** A site, an account there with the right password, and a relay that is killed while the site has a request of it and has not answered. */
async function scene(t: Test) {
  const posts: string[] = []
  let onHeld = (): void => {}
  let holds: string | undefined
  const business: ChangingSite = await startChangingSite({
    password: 'right',
    async onRequest({ method, path }) {
      if (method === 'POST') posts.push(path)
      if (method !== holds) return
      onHeld()
      await new Promise(() => {})
    },
  })
  t.teardown(() => business.stop())
  const folder = await tempFolder(t)
  const first = await startRelay(t, { folder })
  const { account } = await enrol(first, { url: business.url, username: 'ann', password: 'right' })
  await first.stop()
  /** Until `stop` has ended what signs in. */
  const hold = async (method: 'GET' | 'POST', stop: () => unknown): Promise<void> => {
    const held = new Promise<void>((resolve) => {
      onHeld = resolve
    })
    holds = method
    await held.then(stop)
    holds = undefined
  }
  const kill = async (method: 'GET' | 'POST', ...person: string[]): Promise<void> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'refused-relay.ts'), folder, ...person], { stdio: 'inherit' })
    t.teardown(() => child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    await hold(method, () => child.kill('SIGKILL'))
    t.same(await ended, [null, 'SIGKILL'])
  }
  return { posts, id: account.id, start: () => startRelay(t, { folder }), hold, kill }
}

async function isLeftAlone(t: Test, { sessions }: StartedRelay, id: string): Promise<void> {
  await t.rejects(sessions.ensure(id), { code: 'needs_attention' })
  await t.rejects(sessions.rotate(id), { code: 'needs_attention' })
}

t.test('law 3: a relay that is killed when the password has left, and before the site answers, leaves that to the next one', async (t) => {
  const { posts, id, start, kill } = await scene(t)
  await kill('POST')
  const next = await start()
  t.match(next.accounts.account(id)?.attention, { reason: 'interrupted' })
  await isLeftAlone(t, next, id)
  t.equal(posts.length, 1, 'the site does not get the password again by itself')
  await next.stop()

  await kill('POST', 'a person asks')
  t.equal(posts.length, 2, 'but where a person asks')
  const third = await start()
  t.match(third.accounts.account(id)?.attention, { reason: 'interrupted-twice' })
  await isLeftAlone(t, third, id)
  await t.rejects(third.sessions.ensure(id, { fresh: true }), { code: 'needs_attention' })
  await t.rejects(third.sessions.pageSignIns.begin(id, undefined), { code: 'needs_attention' })
  t.equal(posts.length, 2, 'after the second one not for a person either who does not say that it is right')
  await third.accounts.confirm(id)
  await third.sessions.ensure(id)
  t.equal(third.accounts.account(id)?.attention, undefined)
  await third.stop()

  const fourth = await start()
  t.ok(fourth.sessions.live(id), 'what was judged is not taken for interrupted')
  t.equal(fourth.accounts.account(id)?.attention, undefined)
})

t.test('law 3: a relay that is stopped while the site has the password leaves that to the next one too', async (t) => {
  const made = await scene(t)
  const relay = await made.start()
  const signIn = relay.sessions.ensure(made.id).catch(() => {})
  await made.hold('POST', () => relay.stop())
  await signIn
  const next = await made.start()
  t.match(next.accounts.account(made.id)?.attention, { reason: 'interrupted' })
  await isLeftAlone(t, next, made.id)
  await next.sessions.ensure(made.id, { fresh: true })
  t.equal(next.accounts.account(made.id)?.attention, undefined, 'until a person asks')
})

t.test('a relay that is killed before the password has left leaves nothing to attend to', async (t) => {
  const made = await scene(t)
  await made.kill('GET')
  const next = await made.start()
  t.equal(next.accounts.account(made.id)?.attention, undefined)
  await next.sessions.ensure(made.id)
  t.equal(made.posts.length, 1)
})
