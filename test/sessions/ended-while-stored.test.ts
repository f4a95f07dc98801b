import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { Account } from '../../relay/accounts/index.ts'
import { formOf, seeOther, serve } from '../sites/serve.ts'
import { SignInBook } from '../sites/sign-in-book.ts'
import { enrol, startRelay } from '../start-relay.ts'
import { until } from '../until.ts'

const book = new SignInBook('ann', 'correct horse')
const site = await serve((request) => {
  const { method, path, cookies } = request
  const id = method === 'POST' ? book.signIn(formOf(request).get('username') ?? '', formOf(request).get('password') ?? '') : undefined
  if (id !== undefined) return seeOther('/', [`sid=${id}; Path=/`])
  if (path === '/logout') book.end(cookies.sid)
  const form = '<form method="post" action="/login"><input name="username"><input type="password" name="password"></form>'
  return book.who(cookies.sid) === undefined ? { status: path === '/login' ? 200 : 401, body: form } : { body: '<h1>Home</h1><a href="/logout">Sign out</a>' }
})
const relay = await startRelay(t)
const enrolled = await enrol(relay, { url: `${site.url}login`, username: 'ann', password: 'correct horse' })
t.teardown(() => site.stop())

/** What is done in the moment a session is stored. */
let meanwhile: () => Promise<unknown> = async () => {}
const { seal } = relay.vault
Object.assign(relay.vault, {
  async seal(...given: Parameters<typeof seal>) {
    const sealed = await seal.apply(relay.vault, given)
    if (given[0].record === 'session') await meanwhile()
    return sealed
  },
})

let made = 0
/** Another account at the site; a page of it that the relay does not know stands in its way. */
async function addAccount(): Promise<Account> {
  made += 1
  meanwhile = async () => {}
  const { user } = enrolled
  const { id } = await relay.accounts.addAccount({
    owner: user.id,
    siteId: 'erp',
    name: `erp-${made}`,
    username: 'ann',
    secrets: { password: 'correct horse' },
  })
  return relay.accounts.setAttention(id, { reason: 'unknown', seen: 'a page', since: Date.now() })
}

const ways: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  'the relay has begun': (id) => relay.sessions.ensure(id, { fresh: true }).catch(() => {}),
  'its person has begun on the page of the site': async (id) => {
    const { pageSignIns } = relay.sessions
    const signIn = await pageSignIns.begin(id, undefined)
    pageSignIns.take(signIn)
    signIn.session.absorb(new URL(site.url), [`sid=${book.begin('ann')}; Path=/`])
    await pageSignIns.answered(signIn, { cookiesTell: false })
  },
}

const freeze = (id: string) => relay.accounts.freeze(id, 'This was not me')
/** The answer to a person who has ended a session: it comes when that is out of the store. */
let ended: Promise<unknown> = Promise.resolve()
const ends: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
  'is ended by its person': async (id) => {
    ended = relay.sessions.end(id)
  },
  'is frozen with its account': freeze,
  'is removed with its account': (id) => relay.accounts.removeAccount(id),
}

for (const [way, signIn] of Object.entries(ways)) {
  for (const [what, end] of Object.entries(ends))
    t.test(`a session that ${way} and that ${what} while it is stored is not kept, and signed out at the site (law 7)`, async (t) => {
      const { id } = await addAccount()
      meanwhile = () => end(id)
      await signIn(id)
      await ended
      t.equal(relay.sessions.live(id), undefined)
      t.equal(await relay.store.collection({ name: 'site-sessions' }).get(id), undefined)
      await until(() => book.alive === 0, 'the site was told')
    })

  t.test(`a freeze that comes while a session that ${way} is stored stays`, async (t) => {
    const { id } = await addAccount()
    meanwhile = () => freeze(id)
    await signIn(id)
    t.equal(relay.accounts.account(id)?.attention?.reason, 'frozen')
  })

  t.test(`a session that ${way} is kept, and nothing stands in the way of its account any more`, async (t) => {
    const { id } = await addAccount()
    await signIn(id)
    t.ok(relay.sessions.live(id))
    t.equal(relay.accounts.account(id)?.attention, undefined)
    await relay.sessions.end(id)
  })
}

t.test('who ends a session that is being stored is answered when it is out of the store: a crash after that restores none', async (t) => {
  const { id } = await addAccount()
  const order: string[] = []
  const stored = relay.store.collection({ name: 'site-sessions' })
  meanwhile = async () => {
    ended = relay.sessions.end(id).then(async () => order.push((await stored.get(id)) === undefined ? 'answered' : 'answered too early'))
    await setImmediate()
    order.push('is being stored')
  }
  await relay.sessions.ensure(id, { fresh: true }).catch(() => {})
  await ended
  t.same(order, ['is being stored', 'answered'])
})

t.test('a session that another takes the place of is signed out at the site where a device has a copy of it (law 7)', async (t) => {
  const { id } = await addAccount()
  const fresh = () => relay.sessions.ensure(id, { fresh: true })
  await relay.sessions.copies.note({ way: 'kept', device: { id: 'd', name: 'laptop' } }, await fresh())
  const next = await fresh()
  await until(() => book.alive === 1, 'the copy is worth nothing')
  const [cookie] = next.cookies()
  t.equal(book.who(cookie?.value), 'ann', 'and the new one is good')
  await fresh()
  await relay.sessions.end(id)
  await until(() => book.alive < 2, 'ended')
  t.equal(book.who(cookie?.value), 'ann', 'of which there is no copy, what uses it goes on')
  book.expireAll()
})
