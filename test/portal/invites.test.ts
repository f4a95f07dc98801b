import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startPortal } from './start-portal.ts'

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
