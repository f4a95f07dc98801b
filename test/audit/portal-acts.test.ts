import t from 'tap'
import { setUpAuthenticator } from '../portal/sign-in/set-up-authenticator.ts'
import { startPortal } from '../portal/start-portal.ts'
import { readPage } from '../portal/visitor.ts'
import { lastOf, since } from './since.ts'

t.test('signing in and out at the portal is recorded, with who, from where and the outcome', async (t) => {
  const relay = await startPortal(t)
  const before = await lastOf(relay)
  const browser = await relay.signedIn(relay.ann)
  await browser.post('/sign-out', {})
  const records = await since(relay, before)
  const ann = { kind: 'user', user: relay.ann.user.id, name: 'ann' }
  t.match(records, [
    { act: 'portal.sign-in', outcome: 'done', who: ann, owner: relay.ann.user.id, from: { address: '127.0.0.1' } },
    { act: 'portal.session-end', outcome: 'intent', who: ann, owner: relay.ann.user.id },
    { act: 'portal.session-end', outcome: 'done', of: before + 2 },
  ])
  t.equal(records.length, 3)
})

t.test('a recovery code is told apart from a code of the app', async (t) => {
  const relay = await startPortal(t)
  const browser = await relay.signedIn(relay.ann)
  const { nextCode, recoveryCodes } = await setUpAuthenticator(browser)
  const before = await lastOf(relay)
  for (const code of [nextCode, recoveryCodes[0] ?? '']) {
    const other = relay.visitor()
    await other.signIn('ann', relay.ann.password)
    await other.get('/sign-in/code')
    await other.post('/sign-in/code', { code, next: '/' })
  }
  const records = (await since(relay, before)).filter(({ act }) => act === 'portal.sign-in-code')
  t.match(records, [
    { outcome: 'done', details: { half: /^hmac:/, by: 'app' } },
    { outcome: 'done', details: { half: /^hmac:/, by: 'recovery' } },
  ])
  t.match(readPage((await browser.get('/record')).body), /Gave a code to sign in to the relay: a recovery code/)
})

t.test('a failed sign-in is recorded; a name that is nobody’s stands there as a hash', async (t) => {
  const relay = await startPortal(t)
  const before = await lastOf(relay)
  await relay
    .visitor()
    .signIn('ann', 'wrong-Canary-1')
    .catch(() => {})
  await relay
    .visitor()
    .signIn('hunter2-Canary', 'x')
    .catch(() => {})
  const records = await since(relay, before)
  t.match(records, [
    { act: 'portal.sign-in', outcome: 'refused', error: 'unauthenticated', who: { kind: 'unknown' }, owner: relay.ann.user.id },
    { act: 'portal.sign-in', outcome: 'refused', error: 'unauthenticated', who: { name: /^hmac:/ } },
  ])
  t.notMatch(JSON.stringify(records), /Canary/)
})

t.test('an act of a device, a person and the local administrator is recorded before and after, with the rule that allowed it', async (t) => {
  const relay = await startPortal(t)
  const before = await lastOf(relay)
  const call = (method: string, path: string, body?: object, token = relay.adminToken) =>
    fetch(`${relay.portalUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  await call('POST', '/users', { name: 'cid', password: 'a long Canary phrase' })
  await call('POST', `/accounts/${relay.bob.account.id}/open`, {}, relay.bob.device.token)
  await call('DELETE', `/devices/${relay.bob.device.id}`)
  const records = await since(relay, before)
  t.match(records, [
    { act: 'user.add', outcome: 'intent', who: { kind: 'local' }, rule: 'local', details: { name: 'cid', role: 'member' } },
    { act: 'user.add', outcome: 'done', details: { name: 'cid' } },
    {
      act: 'ticket.issue',
      outcome: 'intent',
      who: { kind: 'device', name: 'bob', device: relay.bob.device.id },
      owner: relay.bob.user.id,
      account: relay.bob.account.id,
      site: 'erp',
      rule: 'owner',
    },
    { act: 'ticket.issue', outcome: 'done', details: { ticket: /^hmac:/ } },
    { act: 'device.revoke', outcome: 'intent', who: { kind: 'local' }, device: relay.bob.device.id, owner: relay.bob.user.id },
    { act: 'device.revoke', outcome: 'done' },
  ])
  t.equal(records.length, 6)
  t.notMatch(JSON.stringify(records), /Canary/)
})

t.test('what a rule does not allow is recorded with that rule, once a minute', async (t) => {
  const relay = await startPortal(t)
  const before = await lastOf(relay)
  const device = { authorization: `Bearer ${relay.bob.device.token}` }
  for (let i = 0; i < 3; i++) await fetch(`${relay.portalUrl}/api/v1/users`, { headers: device })
  const records = await since(relay, before)
  t.match(records, [
    { act: 'access', outcome: 'refused', rule: 'device-administers', who: { kind: 'device', name: 'bob' }, details: { asked: 'GET /api/v1/users' } },
  ])
  t.equal(records.length, 1)
})

t.test('no record, no act: what cannot be recorded is refused and not done', async (t) => {
  const relay = await startPortal(t)
  const { rename, writeFile } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const folder = join(relay.folder, 'audit')
  await rename(folder, `${folder}-away`)
  await writeFile(folder, 'in its place')
  const local = { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' }
  const refused = await fetch(`${relay.portalUrl}/api/v1/users`, {
    method: 'POST',
    headers: local,
    body: JSON.stringify({ name: 'cid', password: 'long enough' }),
  })
  t.equal(refused.status, 503)
  t.match(await refused.json(), { code: 'audit_unwritable', title: /was not done/ })
  t.equal(await relay.identity.findUser('cid'), undefined)
  const token = await relay.identity.signIn({ name: 'ann', password: relay.ann.password, address: '127.0.0.1', agent: '' }).catch((error) => error.code)
  t.equal(token, 'audit_unwritable')
  t.same(await relay.identity.listPortalSessions(relay.ann.user.id), [], 'nor is there a session')
  await t.rejects(relay.sessions.ensure(relay.ann.account.id), { code: 'audit_unwritable' }, 'nor does a password leave')
  const { id, name, token: held } = relay.ann.device
  t.ok(relay.identity.devicePrincipal(held, name))
  t.equal(await relay.identity.revokeDevice(id), true)
  t.equal(relay.identity.devicePrincipal(held, name), undefined, 'but a person can always end it (law 7)')
  t.match(relay.logged(), 'what ends something was done without its record')
})

t.test('who tried another’s device is told to its owner, and not to him: he would know by it that it is there', async (t) => {
  const relay = await startPortal(t)
  const bob = await relay.signedIn(relay.bob)
  t.equal((await bob.post(`/devices/${relay.ann.device.id}/revoke`)).status, 404)
  const page = async (person: typeof relay.ann) => readPage((await (await relay.signedIn(person)).get('/record')).body)
  t.match(await page(relay.ann), /Asked for what a rule does not allow.*bob.*refused: it belongs to someone else/)
  t.notMatch(await page(relay.bob), /does not allow|someone else/)
  t.match(await page(relay.bob), /Signed in to the relay/)
})

t.test('a member reads what is his, an administrator that and what concerns the relay, the local administrator all', async (t) => {
  const relay = await startPortal(t)
  const read = async (headers: Record<string, string>) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1/audit?limit=1000`, { headers })
    return (await answer.json()) as { act: string; owner?: string; n: number }[]
  }
  const ann = await read({ cookie: (await relay.signedIn(relay.ann)).cookie })
  const bob = await read({ cookie: (await relay.signedIn(relay.bob)).cookie })
  const local = await read({ authorization: `Bearer ${relay.adminToken}` })
  const owners = (records: typeof ann) => [...new Set(records.map(({ owner }) => owner))].sort()
  t.same(owners(bob), [relay.bob.user.id])
  t.same(owners(ann), [relay.ann.user.id, undefined].sort())
  t.ok(
    ann.some(({ act }) => act === 'user.add'),
    'users are the relay’s',
  )
  t.same(owners(local), [relay.ann.user.id, relay.bob.user.id, undefined].sort())
  t.match(
    local.map(({ n }) => n),
    Array.from({ length: local.length }, (_, i) => local.length - i),
    'newest first, none left out',
  )
})
