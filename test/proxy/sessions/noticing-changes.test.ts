import t, { type Test } from 'tap'
import type { PasswordChangeTold, SessionEvent } from '../../../relay/sessions/index.ts'
import { type CurlTerminal, openTerminal } from '../../flows/curl-terminal.ts'
import { type ChangingSite, startChangingSite } from '../../sites/changing-site.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../../start-relay.ts'

interface Scene extends Enrolled {
  readonly relay: StartedRelay
  readonly business: ChangingSite
  readonly terminal: CurlTerminal
  /** Sends a form for changing the password through the proxy, and waits until the relay knows what became of it. */
  change(form: Readonly<Record<string, string>>, ...options: string[]): Promise<PasswordChangeTold>
  /** The same, where the relay is to take no notice. */
  send(form: Readonly<Record<string, string>>, ...options: string[]): Promise<number>
}

async function begin(t: Test): Promise<Scene> {
  const business = await startChangingSite({ password: 'first one' })
  t.teardown(() => business.stop())
  const relay = await startRelay(t)
  const enrolled = await enrol(relay, { url: business.url, username: 'ann', password: 'first one' })
  const terminal = openTerminal(t, relay, enrolled.device)
  await relay.sessions.ensure(enrolled.account.id)
  business.tries.length = 0
  const send: Scene['send'] = async (form, ...options) => {
    const data = Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
    return (await terminal.get(`${business.origin}/account/password`, ...data, ...options)).status
  }
  return {
    relay,
    business,
    terminal,
    ...enrolled,
    send,
    async change(form, ...options) {
      const told = new Promise<PasswordChangeTold>((resolve) => {
        const stop = relay.sessions.onEvent((event: SessionEvent) => {
          if (event.type !== 'password') return
          stop()
          resolve(event)
        })
      })
      await send(form, ...options)
      return told
    },
  }
}

const form = (next: string) => ({ old_password: 'first one', new_password: next, new_password_again: next })

t.test('a password that a person changes at the site is kept once a sign-in has shown that the site took it', async (t) => {
  const { change, relay, business, account } = await begin(t)
  const before = relay.sessions.live(account.id)
  t.match(await change(form('my own choice')), { result: 'taken', cause: 'changed' })
  t.same(business.tries, [{ password: 'my own choice', isRight: true }], 'one sign-in, with the new one')
  t.match(relay.accounts.versions(account.id), [
    { state: 'present', cause: 'changed' },
    { state: 'previous', cause: 'added' },
  ])
  await relay.sessions.ensure(account.id)
  t.equal(relay.sessions.live(account.id)?.id, before?.id, 'the session the person works in goes on')
  t.equal(before?.account.credentialVersion, 2)
  await relay.sessions.ensure(account.id, { fresh: true })
  t.same(
    business.tries.map(({ isRight }) => isRight),
    [true, true],
  )
  t.notMatch(relay.logged(), 'my own choice')
})

for (const options of [[], ['--location']]) {
  const way = options.length === 0 ? 'waits' : 'goes there at once'
  t.test(`a change that ends the session and leads to the login page is noticed, and neither renewed nor sent again; the client ${way}`, async (t) => {
    const { change, relay, business, account, terminal } = await begin(t)
    business.behave('signs-out')
    t.match(await change(form('my own choice'), ...options), { result: 'taken', cause: 'changed' })
    t.equal((await terminal.get(`${business.origin}/profile`)).status, 200, 'on a fresh session')
    t.equal(business.changes.length, 1)
    t.same(business.tries, [{ password: 'my own choice', isRight: true }], 'one sign-in, with the new one')
    t.match(relay.accounts.account(account.id), { credentialVersion: 2, attention: undefined })
  })
}

t.test('a change form that meets the end of the session is not sent again: a sign-in shows that nothing was changed', async (t) => {
  const { change, relay, business, account, terminal } = await begin(t)
  business.expireAll()
  t.match(await change(form('too late')), { result: 'not-taken', cause: 'changed' })
  t.equal((await terminal.get(`${business.origin}/profile`)).status, 200)
  t.same(business.changes, [])
  t.same(business.tries, [
    { password: 'too late', isRight: false },
    { password: 'first one', isRight: true },
  ])
  t.match(relay.accounts.account(account.id), { credentialVersion: 1, attention: undefined })
})

t.test('a form that a script sends as JSON is noticed too', async (t) => {
  const { terminal, business, relay, account } = await begin(t)
  const url = `${business.origin}/account/password`
  const told = new Promise((resolve) => relay.sessions.onEvent((event) => event.type === 'password' && resolve(event)))
  business.setPassword('by script')
  const body = JSON.stringify({ oldPassword: 'first one', newPassword: 'by script', repeatPassword: 'by script' })
  // The sample reads no JSON and answers as to an empty form; a sign-in shows what is.
  business.behave('says-yes-does-nothing')
  await terminal.get(url, '--header', 'Content-Type: application/json', '--data', body)
  t.match(await told, { result: 'taken' })
  t.match(relay.accounts.versions(account.id)[0], { cause: 'changed' })
})

t.test('a page that lies about it changes nothing: the sign-in is refused, and the one before still counts', async (t) => {
  const { change, relay, business, account } = await begin(t)
  business.behave('says-yes-does-nothing')
  t.match(await change(form('never taken')), { result: 'not-taken', cause: 'changed' })
  t.match(relay.accounts.account(account.id), { credentialVersion: 1, attention: undefined })
  t.equal(relay.accounts.versions(account.id).length, 1, 'nothing is stored')
  t.ok(relay.sessions.live(account.id))
  t.notMatch(relay.logged(), 'never taken')
})

t.test('forms that come to nothing make the relay send few wrong passwords, whoever sends them (law 3)', async (t) => {
  const { change, send, business } = await begin(t)
  business.behave('says-yes-does-nothing')
  for (const number of [1, 2, 3]) await change(form(`wrong ${number}`))
  for (const number of [4, 5, 6]) await send(form(`wrong ${number}`))
  t.equal(business.tries.length, 3)
})

t.test('no sign-in follows a form that the site refuses, one of another page, one too large, one of somebody else', async (t) => {
  const { send, business, relay, account } = await begin(t)
  await send({ ...form('x'), old_password: 'mistyped' })
  await send({ ...form('x'), new_password_again: 'y' })
  await send(form('first one'))
  await send({ ...form('y'), username: 'bob' })
  for (const foreign of ['https://evil.example', 'null']) await send(form('y'), '--header', `Origin: ${foreign}`, '--header', 'Sec-Fetch-Site: cross-site')
  await send({ ...form('z'), more: 'x'.repeat(100_000) })
  t.same(business.tries, [])
  t.equal(relay.accounts.account(account.id)?.credentialVersion, 1)
})
