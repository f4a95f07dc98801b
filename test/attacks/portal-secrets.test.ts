import { randomBytes } from 'node:crypto'
import t from 'tap'
import { startPortal } from '../portal/start-portal.ts'

/** A value in the forms in which it could slip out. */
function forms(value: string): string[] {
  return [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
    Buffer.from(value).toString('hex'),
    JSON.stringify(value).slice(1, -1),
  ]
}

t.test('passwords given to the portal are in no answer and no log, whatever becomes of the request (law 1)', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const canary = `c"n<ry ${randomBytes(9).toString('hex')}`
  const authorization = `Bearer ${relay.adminToken}`
  const answers: string[] = []
  const form = async (path: string, fields: Record<string, string>) => answers.push(await wholeOf(browser.post(path, fields)))
  await form('/accounts/new', { site: 'erp', username: 'u', password: canary, name: 'second' })
  await form('/accounts/new', { site: 'erp', username: 'u', password: canary, name: 'second' })
  await form('/accounts/new', { site: 'none', username: 'u', password: canary, name: 'third' })
  await form('/accounts/new', { site: 'erp', username: '', password: canary, name: 'x' })
  await form('/accounts/new', { site: 'erp', username: 'u', password: canary, name: 'x', [canary]: canary })
  await form(`/accounts/${relay.ann.account.id}/password`, { username: 'u', password: canary })
  await form(`/accounts/${relay.bob.account.id}/password`, { username: 'u', password: canary })
  answers.push(await wholeOf(relay.visitor().signIn('ann', canary)))
  const bodies = [
    { site: 'erp', user: 'ann', username: 'u', password: canary, name: 'api' },
    { site: 'erp', user: 'ann', username: 'u', password: canary, name: 'api' },
    { site: 'erp', user: 'ann', username: 'u', password: canary, name: 'api', replace: true },
    { site: 'erp', user: 'ann', username: 7, password: canary },
    { site: 'erp', user: 'ann', username: 'u', password: canary, [canary]: 1 },
    { name: canary },
  ]
  for (const body of [...bodies.map((value) => JSON.stringify(value)), `{"password":"${canary}`, canary]) {
    for (const path of ['/accounts', '/users']) {
      const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body })
      answers.push((await answer.text()) + JSON.stringify([...answer.headers]))
    }
  }
  for (const path of ['/', '/accounts/new', `/accounts/${relay.ann.account.id}`, `/accounts/${relay.ann.account.id}/password`, '/api/v1/accounts'])
    answers.push(await wholeOf(browser.get(path)))
  const seen = answers.join('\n')
  for (const shape of forms(canary)) {
    t.notOk(seen.includes(shape), 'no answer')
    t.notOk(relay.logged().includes(shape), 'no log')
  }
})

t.test('no token, ticket, cookie or query reaches the log', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const { value } = await relay.sessions.tickets.issue(relay.ann.account.id, relay.ann.user.id)
  await browser.get(`/handoff/${value}`)
  await browser.get(`/nowhere/${value}?q=${value}`)
  await browser.get('/%zz', { 'x-secret': value })
  await fetch(`${relay.portalUrl}/api/v1/me?x=${value}`, { headers: { authorization: `Bearer ${relay.ann.device.token}` } })
  await fetch(`${relay.portalUrl}/api/v1/me`, { headers: { authorization: `Bearer ${relay.adminToken}` } })
  const added = await browser.post('/devices', { name: 'second' })
  const token = /lr_[\w-]{40,}/.exec(added.body)?.[0] ?? ''
  t.ok(token, 'the token is shown')
  t.notMatch((await browser.get('/devices')).body, token, 'once')
  const log = relay.logged()
  t.match(log, /"route":"\/handoff\/:ticket"/, 'routes are logged')
  for (const secret of [value, relay.ann.device.token, relay.adminToken, token, browser.csrf, ...browser.cookie.split('=').slice(1)])
    t.notOk(log.includes(secret))
})

async function wholeOf(visit: Promise<{ body: string; headers: Headers }>): Promise<string> {
  const { body, headers } = await visit
  return body + JSON.stringify([...headers])
}
