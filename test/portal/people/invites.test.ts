import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { setUpAuthenticator } from '../sign-in/set-up-authenticator.ts'
import { startPortal } from '../start-portal.ts'

const hour = 3_600_000

t.test('an invitation is good once, for 72 hours, and opening it spends nothing', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${relay.adminToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    return fetch(`${relay.portalUrl}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  }
  const invite = async (name: string, role = 'member') => {
    const { link } = (await (await ask('POST', '/invites', { name, role })).json()) as { link: string }
    return new URL(link).pathname
  }
  const password = 'three odd herons wade'
  const path = await invite('carl', 'auditor')
  const token = path.split('/').at(-1) ?? ''
  const kept = await readFile(join(relay.folder, 'store.json'), 'utf8')
  t.ok(kept.includes('"invites"') && !kept.includes(token), 'at rest there is its hash')
  t.notMatch(relay.logged(), token)
  t.equal((await ask('POST', '/invites', { name: 'Ann' })).status, 409, 'nobody takes the name of another')
  const browser = relay.visitor()
  for (let times = 0; times < 3; times++) t.match(await browser.get(path), { status: 200, body: /Welcome, <bdi>carl<\/bdi>/ })
  t.equal(
    (await browser.get(path)).headers.get('referrer-policy'),
    'same-origin',
    'with no-referrer a browser sends its form with the origin `null`, which is refused',
  )
  t.equal((await browser.post(path, { password, again: 'another' })).status, 400)
  t.equal((await browser.post(path, { password: 'short', again: 'short' })).status, 400)
  t.equal((await browser.post(path, { password, again: password }, { csrf: null })).status, 403)
  t.equal(await relay.identity.findUser('carl'), undefined, 'nothing of it spent the link')
  const racing = await Promise.all(Array.from({ length: 10 }, () => browser.twin().post(path, { password, again: password })))
  t.same(racing.map(({ status }) => status).sort(), [303, ...Array(9).fill(410)])
  t.match(
    racing.find(({ status }) => status === 303),
    { location: '/security?done=invited' },
  )
  t.match(await relay.identity.findUser('carl'), { name: 'carl', role: 'auditor' })
  t.equal((await browser.get(path)).status, 410)
  t.equal((await relay.visitor().signIn('carl', password)).status, 303)

  const late = await invite('dora')
  ahead = 72 * hour
  t.equal((await relay.visitor().get(late)).status, 410)
  const withdrawn = await invite('emil')
  const [{ id = '' } = {}] = (await (await ask('GET', '/invites')).json()) as { id?: string }[]
  t.equal((await ask('DELETE', `/invites/${id}`)).status, 204)
  t.equal((await relay.visitor().get(withdrawn)).status, 410)
})

t.test('who has forgotten his password chooses another by a link of the local administrator, past no second factor', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.bob)
  await setUpAuthenticator(browser)
  const ask = async (authorization: string) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(`${relay.portalUrl}/api/v1/users/bob/password-link`, { method: 'POST', headers, body: '{}' })
    return new URL(((await answer.json()) as { link: string }).link).pathname
  }
  const [first, path] = [await ask(`Bearer ${relay.adminToken}`), await ask(`Bearer ${relay.adminToken}`)]
  const stranger = relay.visitor()
  t.equal((await stranger.get(first)).status, 410, 'the last one alone is good')
  t.match((await stranger.get(path)).body, /Welcome back, <bdi>bob<\/bdi>/)
  t.equal((await browser.get('/')).status, 200, 'opening it changes nothing')
  const password = 'three odd herons wade'
  await relay.identity.disableUser(relay.bob.user.id)
  t.equal((await stranger.post(path, { password, again: password })).status, 410, 'who is disabled gets in by nothing')
  await relay.identity.enableUser(relay.bob.user.id)
  t.equal((await stranger.post(path, { password, again: password })).location, '/sign-in/code?next=%2Fsecurity')
  t.equal((await stranger.get('/')).location, '/sign-in')
  t.equal((await browser.get('/')).location, '/sign-in', 'what was signed in is not any more')
  t.equal((await stranger.get(path)).status, 410)
  t.equal((await relay.visitor().signIn('bob', relay.bob.password)).status, 401)
  t.equal((await relay.visitor().signIn('bob', password)).location, '/sign-in/code?next=%2F')
  t.match(
    relay.notices.list(relay.bob.user.id).filter(({ kind }) => kind === 'sign-in-changed'),
    [{ text: /by a link/ }, { text: /made a link/ }, { text: /made a link/ }, { text: /app/ }],
  )
})
