/** Law 1: A password never reaches a client: neither one that the relay thinks of itself, nor those before, whatever the site repeats. */
import t from 'tap'
import { startChangingSite } from '../../sites/changing-site.ts'
import { startRelay } from '../../start-relay.ts'
import { type Canary, filesIn, formsIn, newCanary } from '../canary.ts'
import { WatchedTerminal } from './watched-terminal.ts'

t.test('law 1: a password that is rotated, changed and gone back to, at a site that repeats it wherever it can', async (t) => {
  const first = newCanary()
  const typed = newCanary()
  const business = await startChangingSite({ password: first.value })
  t.teardown(() => business.stop())
  business.behave('echoes')
  const relay = await startRelay(t)
  const terminal = new WatchedTerminal(relay)
  const operator = (method: string, path: string, body?: unknown) => terminal.api(`Bearer ${relay.adminToken}`, method, path, body)
  const portal = 'a long portal password'
  await operator('POST', '/users', { name: 'ann', password: portal })
  const { token } = JSON.parse((await operator('POST', '/devices', { name: 'laptop', user: 'ann' })).text) as { token: string }
  const device = `laptop:${token}`
  await operator('POST', '/sites', { url: business.url, id: 'erp' })
  await operator('POST', '/accounts', { site: 'erp', user: 'ann', username: 'ann', password: first.value })
  await terminal.listen(t, `Basic ${Buffer.from(device).toString('base64')}`)
  t.equal((await terminal.browser.signIn('ann', portal)).status, 303)
  const id = relay.accounts.listAccounts()[0]?.id ?? ''

  const rotated = await operator('POST', '/accounts/erp/rotate', {})
  t.match(rotated.text, /"result":"taken"/)
  const second: Canary = { value: business.password(), core: business.password() }
  t.not(second.value, first.value)
  t.match(business.changes[0]?.get('new_password'), second.value, 'the site repeated it in its answer')

  const told = new Promise<void>((resolve) => relay.sessions.onEvent((event) => event.type === 'password' && resolve()))
  const form = { old_password: second.value, new_password: typed.value, new_password_again: typed.value }
  const data = Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
  // The terminal types it: what comes back of this one request is its own.
  const before = terminal.received.length
  await terminal.proxied(device, `${business.origin}/account/password`, ...data)
  terminal.received.length = before
  await told

  for (const path of ['', '/versions']) t.equal((await operator('GET', `/accounts/erp${path}`)).status, 200)
  await operator('POST', '/accounts/erp/revert', { version: 2 })
  await operator('POST', '/accounts/erp/placeholder', {})
  await operator('GET', '/registrations?user=ann')
  for (const path of ['/', `/accounts/${id}`, `/accounts/${id}/credential`, '/registrations']) t.equal((await terminal.browser.get(path)).status, 200, path)
  t.equal((await terminal.browser.post(`/accounts/${id}/credential/placeholder`)).status, 200)
  await relay.stop()

  const canaries = [first, second, typed]
  for (const { what, bytes } of [...terminal.received, { what: 'the event stream', bytes: terminal.stream }]) t.same(formsIn(canaries, bytes), [], what)
  t.same(formsIn(canaries, Buffer.from(relay.logged())), [], 'the log')
  const files = await filesIn(relay.folder)
  t.ok(
    files.some(({ bytes }) => bytes.includes('"previous"')),
    'this is where they would be',
  )
  for (const { what, bytes } of files) t.same(formsIn(canaries, bytes), [], what)
  t.match(terminal.stream.toString(), /"type":"password"/, 'the event stream told of it')
})
