import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { NoticeKind } from '../../../relay/control/notices/index.ts'
import { commandLine } from '../../commands/command-line.ts'
import { openTerminal } from '../../flows/curl-terminal.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'
import { enrol, startRelay } from '../../start-relay.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { formActions, Visitor } from '../visitor.ts'

const password = 'Canary-horse-7'

/** A terminal has used ann's account; she is signed in at the portal. */
async function usedAccount(t: Test) {
  const site = await startTwoStepSite({ username: 'ann@example.test', password })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const enrolled = await enrol(relay, { url: site.url, username: 'ann@example.test', password })
  const { user, device, account, portalPassword } = enrolled
  const terminal = openTerminal(t, relay, device)
  const use = async () => (await terminal.get(`${site.origin}/home`)).status
  t.equal(await use(), 200)
  const noticeOf = async (kind: NoticeKind) => {
    await until(() => relay.notices.list(user.id).some((notice) => notice.kind === kind), `a notice ${kind}`)
    return relay.notices.list(user.id).find((notice) => notice.kind === kind)?.id ?? ''
  }
  const ann = new Visitor(relay.portalUrl)
  await ann.signIn(user.name, portalPassword)
  return { ...enrolled, site, relay, use, noticeOf, ann, isFrozen: () => relay.accounts.account(account.id)?.attention?.reason === 'frozen' }
}

t.test('“This was not me” ends the session at the site, revokes the device and freezes the account; looking at the notice does nothing', async (t) => {
  const { relay, site, account, device, ann, use, noticeOf, isFrozen, user } = await usedAccount(t)
  const id = await noticeOf('account-used')
  const page = await ann.get(`/notices/${id}`)
  t.ok(formActions(page.body).includes(`/notices/${id}/not-me`))
  t.equal((await ann.get(`/notices/${id}/not-me`)).status, 405)
  t.notOk(isFrozen())
  t.equal(site.book.alive, 1)

  const done = await ann.post(`/notices/${id}/not-me`)
  t.equal(done.location, `/notices/${id}?done=not-me`)
  t.ok(isFrozen())
  t.equal(relay.sessions.live(account.id), undefined)
  t.equal(site.book.alive, 0, 'signed out at the site')
  t.same(
    (await relay.identity.listDevices(user.id)).map(({ name }) => name),
    [],
    `${device.name} is revoked`,
  )
  t.not(await use(), 200)
  t.match((await ann.get(`/notices/${id}`)).body, /You said that this was not you/)

  await t.rejects(relay.sessions.ensure(account.id, { fresh: true }), { code: 'needs_attention' }, 'nobody signs in with it, no person either')
  await t.rejects(relay.sessions.pageSignIns.begin(account.id, undefined), { code: 'needs_attention' })
  const { audit } = relay
  const acts: string[] = []
  for await (const { act, outcome } of audit.oldest()) acts.push(`${act} ${outcome}`)
  for (const act of ['notice.not-me', 'account.freeze', 'device.revoke', 'session.end']) t.ok(acts.includes(`${act} done`), act)
})

t.test('a freeze outlasts a new password and a confirmation, and ends by its owner’s word; what the account needed before, it needs again', async (t) => {
  const { relay, account, ann, noticeOf, isFrozen, user, site } = await usedAccount(t)
  await relay.accounts.setAttention(account.id, { reason: 'wrong-password', seen: 'no', since: 1 })
  await ann.post(`/notices/${await noticeOf('account-used')}/not-me`)
  await relay.accounts.setAttention(account.id, undefined)
  await relay.accounts.setAttention(account.id, { reason: 'blocked', seen: 'locked', since: 2 })
  t.ok(isFrozen())
  await relay.accounts.addAccount({ owner: user.id, siteId: 'erp', username: 'ann@example.test', secrets: { password }, replace: true })
  t.ok(isFrozen(), 'a new password does not lift it')
  await relay.accounts.confirm(account.id)
  t.ok(isFrozen())
  await relay.accounts.setAttention(account.id, { reason: 'blocked', seen: 'locked', since: 3 })
  t.match((await ann.get(`/accounts/${account.id}`)).body, /Lift the freeze/)
  t.equal((await ann.post(`/accounts/${account.id}/unfreeze`)).location, `/accounts/${account.id}?done=unfrozen`)
  t.match(relay.accounts.account(account.id)?.attention, { reason: 'blocked', seen: 'locked' })
  await relay.sessions.ensure(account.id, { fresh: true })
  t.equal(site.book.alive, 1)
})

t.test('what is another’s is not his to disown, and a device disowns nothing', async (t) => {
  const { relay, noticeOf, isFrozen, device } = await usedAccount(t)
  const id = await noticeOf('account-used')
  await relay.identity.addUser({ name: 'bob', password: 'another long one', role: 'admin' })
  const bob = new Visitor(relay.portalUrl)
  await bob.signIn('bob', 'another long one')
  t.equal((await bob.get(`/notices/${id}`)).status, 404)
  t.equal((await bob.post(`/notices/${id}/not-me`)).status, 404)
  const headers = { authorization: `Bearer ${device.token}`, 'content-type': 'application/json' }
  t.equal((await fetch(`${relay.portalUrl}/api/v1/notices/${id}/not-me`, { method: 'POST', headers, body: '{}' })).status, 403)
  t.notOk(isFrozen())
})

t.test('a sign-in to the portal that was not he is ended, by himself at the relay’s machine too', async (t) => {
  const { relay, user, ann, noticeOf } = await usedAccount(t)
  const id = await noticeOf('portal-sign-in')
  const headers = { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' }
  const answer = await fetch(`${relay.portalUrl}/api/v1/notices/${id}/not-me`, { method: 'POST', headers, body: JSON.stringify({ user: user.name }) })
  t.same(await answer.json(), { frozen: false, sessionEnded: false, copiesLinger: false, deviceRevoked: false, portalSessionEnded: true, linkWithdrawn: false })
  t.match((await ann.get('/notices')).location, /^\/sign-in/)
})

t.test('that its password is right does not lift the freeze, and is not said to', async (t) => {
  const { relay, user, ann, noticeOf, account, isFrozen } = await usedAccount(t)
  await ann.post(`/notices/${await noticeOf('account-used')}/not-me`)
  const headers = { authorization: `Bearer ${relay.adminToken}`, 'content-type': 'application/json' }
  const answer = await fetch(`${relay.portalUrl}/api/v1/accounts/${account.id}/confirm?user=${user.name}`, { method: 'POST', headers, body: '{}' })
  t.match(await answer.json(), { code: 'needs_attention', title: /its owner froze it/, next: /account unfreeze/ })
  t.ok(isFrozen())
})

t.test('where the site does not end the session, and a device was given a copy of it, it says so', async (t) => {
  const { relay, ann, account, user, site, noticeOf } = await usedAccount(t)
  const [laptop] = await relay.identity.listDevices(user.id)
  const live = relay.sessions.live(account.id)
  if (laptop === undefined || live === undefined) return t.fail('a device has used it')
  await relay.sessions.copies.note({ way: 'kept', device: laptop }, live)
  const id = await noticeOf('account-used')
  await site.stop()
  t.equal((await ann.post(`/notices/${id}/not-me`)).location, `/notices/${id}?done=not-me-lingers`)
  t.match((await ann.get(`/notices/${id}?done=not-me-lingers`)).body, /note warn.*did not end a session/)
  const { stdout } = await commandLine(t, await tempFolder(t)).run(['notice', 'not-me', id, '--user', user.name, '--data', relay.folder])
  t.match(
    stdout,
    /Its session is ended here\.\nThe site did not end it: copies that were given out are good there still, and `login-relay account copies ACCOUNT --list --user \w+` names/,
  )
})

t.test('it works where it cannot be recorded', async (t) => {
  const { relay, ann, noticeOf, isFrozen, account, site } = await usedAccount(t)
  const id = await noticeOf('account-used')
  const folder = join(relay.folder, 'audit')
  await rename(folder, `${folder}-away`)
  await writeFile(folder, 'in its place')
  await ann.post(`/notices/${id}/not-me`)
  t.ok(isFrozen())
  t.equal(relay.sessions.live(account.id), undefined)
  t.equal(site.book.alive, 0)
})

t.test('what could not be done wholly is not said to be done, and can be asked for again', async (t) => {
  const { relay, ann, noticeOf, isFrozen, site } = await usedAccount(t)
  const id = await noticeOf('account-used')
  const broken = t.intercept(relay.accounts, 'freeze', { value: () => Promise.reject(new Error('the disk is full')) })
  t.equal((await ann.post(`/notices/${id}/not-me`)).status, 500)
  t.equal(site.book.alive, 0, 'what could be ended is ended')
  t.ok(formActions((await ann.get(`/notices/${id}`)).body).includes(`/notices/${id}/not-me`))
  broken.restore()
  t.equal((await ann.post(`/notices/${id}/not-me`)).location, `/notices/${id}?done=not-me`)
  t.ok(isFrozen())
})

t.test('a sign-in that began before the freeze held is ended without waiting for the site', async (t) => {
  const { relay, ann, noticeOf } = await usedAccount(t)
  const endedAgain = Promise.withResolvers<void>()
  const end = relay.sessions.end.bind(relay.sessions)
  let ends = 0
  // A site that keeps the first sign-out waiting.
  const value = async (id: string) => {
    ends += 1
    if (ends === 1) await endedAgain.promise
    else endedAgain.resolve()
    return end(id)
  }
  t.intercept(relay.sessions, 'end', { value })
  const id = await noticeOf('account-used')
  t.equal((await ann.post(`/notices/${id}/not-me`)).location, `/notices/${id}?done=not-me`)
})
