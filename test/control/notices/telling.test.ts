import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Notice } from '../../../relay/control/notices/index.ts'
import { openTerminal } from '../../flows/curl-terminal.ts'
import { startPortal } from '../../portal/start-portal.ts'
import { readPage } from '../../portal/visitor.ts'
import { startTwoStepSite } from '../../sites/two-step-site.ts'
import { enrol, type StartedRelay, startRelay } from '../../start-relay.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { startMailServer } from './receivers.ts'

const password = 'Canary-horse-7'

/** What a person is told, oldest first, once so many are there. */
async function told({ notices }: StartedRelay, owner: string, wanted: number): Promise<Notice[]> {
  await until(() => notices.list(owner).length >= wanted, `${wanted} notices`)
  return notices.list(owner).toReversed()
}

t.test(
  'the owner is told of the sign-in and of a device’s first request in the session, with account, site, device and address; of later requests he is not',
  async (t) => {
    const site = await startTwoStepSite({ username: 'ann@example.test', password })
    t.teardown(() => site.stop())
    const relay = await startRelay(t)
    const { device, user, account } = await enrol(relay, { url: site.url, username: 'ann@example.test', password })
    const terminal = openTerminal(t, relay, device)
    for (let i = 0; i < 3; i++) t.equal((await terminal.get(`${site.origin}/home`)).status, 200)
    const by = { kind: 'device', user: user.id, name: 'ann' }
    const about = { account: account.id, accountName: 'erp', site: 'erp', deviceName: device.name, by }
    t.match(await told(relay, user.id, 3), [
      { kind: 'device-added', deviceName: device.name, by: { kind: 'relay' } },
      { kind: 'site-sign-in', ...about, from: { address: '127.0.0.1' } },
      { kind: 'account-used', ...about, from: { address: '127.0.0.1', agent: /curl/ } },
    ])
    const second = await relay.identity.addDevice(user.id, 'second')
    await openTerminal(t, relay, { name: 'second', token: second.token }).get(`${site.origin}/home`)
    const all = await told(relay, user.id, 5)
    t.match(all.at(-1), { kind: 'account-used', device: second.device.id, deviceName: 'second' })
    t.equal(all.length, 5)
    t.notMatch(JSON.stringify(all), /Canary/, 'no notice holds the password')
    t.notOk(JSON.stringify(all).includes(device.token) || JSON.stringify(all).includes(second.token), 'nor a token')
  },
)

t.test('an account that is left alone from now on waits for its owner', async (t) => {
  const site = await startTwoStepSite({ username: 'ann@example.test', password })
  t.teardown(() => site.stop())
  const relay = await startRelay(t)
  const { user, account } = await enrol(relay, { url: site.url, username: 'ann@example.test', password: 'Canary-wrong' })
  await t.rejects(relay.sessions.ensure(account.id))
  t.match((await told(relay, user.id, 2)).at(-1), { kind: 'account-attention', account: account.id, accountName: 'erp', site: 'erp', text: /./ })
})

t.test('a person is told of each sign-in as him, whether browser and address are new, and of failed tries in one notice', async (t) => {
  const relay = await startPortal(t)
  const { id } = relay.ann.user
  const browser = await relay.signedIn(relay.ann)
  t.match((await told(relay, id, 2)).at(-1), { kind: 'portal-sign-in', isNew: true, from: { address: '127.0.0.1' }, portalSession: /./ })
  await relay.signedIn(relay.ann)
  const again = (await told(relay, id, 3)).at(-1)
  t.equal(again?.kind, 'portal-sign-in')
  t.equal(again?.isNew, undefined)
  const stranger = relay.visitor()
  for (let i = 0; i < 3; i++) await stranger.signIn('ann', 'not the password')
  await until(() => relay.notices.list(id)[0]?.count === 3, 'three tries in one notice')
  t.equal(relay.notices.list(id).length, 4)
  t.match(relay.notices.list(id)[0], { kind: 'failed-tries', by: { kind: 'unknown' } })
  t.match((await browser.get('/notices')).body, /failed to sign in to the relay as you \(3 times\)/)
  t.equal(relay.notices.list(relay.bob.user.id).length, 1, 'the other one is told of nothing but his device')
})

t.test('who hands in a link’s ticket is told of to the owner', async (t) => {
  const relay = await startPortal(t)
  const { value } = await relay.sessions.tickets.issue(relay.ann.account.id, relay.ann.user.id)
  const { user, device } = relay.ann
  const [own] = (await relay.identity.listDevices(user.id)).filter(({ id }) => id === device.id)
  await relay.sessions.tickets.redeem(value, { kind: 'device', user, device: own as NonNullable<typeof own> })
  t.match((await told(relay, user.id, 2)).at(-1), { kind: 'session-taken', account: relay.ann.account.id, accountName: 'erp' })
})

t.test('a relay whose configuration names a mail server tells of a sign-in at once, by mail; neither mail nor log holds a secret', async (t) => {
  const server = await startMailServer(t)
  const passwordFile = join(await tempFolder(t), 'smtp-password')
  await writeFile(passwordFile, 'Canary-smtp\n')
  const mail = { smtpHost: '127.0.0.1', smtpPort: server.port, smtpSecurity: 'none', smtpUser: 'relay', smtpPasswordFile: passwordFile }
  const relay = await startPortal(t, { config: { notices: { ...mail, mailFrom: 'relay@example.com' } } })
  const browser = await relay.signedIn(relay.ann)
  const set = await browser.post('/notices/mail', { address: 'ann@example.com', door: 'on' })
  t.equal(set.location, '/notices/delivery?done=mail-asked')
  t.match(readPage((await browser.get('/notices/delivery')).body), /No notice goes to ann@example\.com yet/)
  t.equal((await browser.post('/notices/mail/confirm', { code: '0000 0000 0' })).status, 422)
  const { code = '' } = server.codes[0] ?? {}
  t.equal((await browser.post('/notices/mail/confirm', { code }, { csrf: null })).status, 403)
  t.equal((await (await relay.signedIn(relay.bob)).post('/notices/mail/confirm', { code })).status, 422, 'the code of another')
  t.equal((await browser.post('/notices/mail/confirm', { code })).location, '/notices/delivery?done=delivery-set')
  t.notMatch(readPage((await browser.get('/notices/delivery')).body), /No notice goes to/)
  await until(() => server.mails.length === 1, 'a mail')
  t.match(server.mails[0], { to: 'ann@example.com', text: /Your|your/ })
  t.same(new Set(server.passwords), new Set(['Canary-smtp']))
  const link = /http:\/\/127\.0\.0\.1:\d+(\/notices\/[0-9a-f-]+)/.exec(server.mails[0]?.text ?? '')?.[1] ?? ''
  t.equal((await relay.visitor().get(link)).location, `/sign-in?next=${encodeURIComponent(link)}`, 'the link asks for a sign-in')
  t.equal((await browser.get(link)).status, 200)
  for (const text of [server.mails[0]?.text ?? '', relay.logged(), JSON.stringify(relay.notices.list(relay.ann.user.id))])
    for (const secret of ['Canary-smtp', relay.ann.password, relay.ann.device.token]) t.notOk(text.includes(secret))
})

t.test('whom an account is lent to is told, but not where its owner was; the owner is told of what was done in his name', async (t) => {
  const relay = await startPortal(t)
  const { ann, bob } = relay
  const browser = await relay.signedIn(ann)
  const headers = { cookie: browser.cookie, 'x-csrf-token': browser.csrf, 'content-type': 'application/json' }
  const answer = await fetch(`${relay.portalUrl}/api/v1/grants`, { method: 'POST', headers, body: JSON.stringify({ account: 'erp', to: { user: 'bob' } }) })
  t.equal(answer.status, 201)
  await until(() => relay.notices.list(bob.user.id)[0]?.kind === 'grant-changed', 'bob is told')
  t.equal(relay.notices.list(bob.user.id)[0]?.from, undefined)
  await until(() => relay.notices.list(ann.user.id)[0]?.kind === 'grant-changed', 'ann is told')
  t.match(relay.notices.list(ann.user.id)[0], { text: 'it is lent to user bob', from: { address: '127.0.0.1' }, portalSession: String })
  const page = await (await relay.signedIn(bob)).get(`/notices/${relay.notices.list(bob.user.id).find(({ kind }) => kind === 'grant-changed')?.id}`)
  t.equal(page.status, 200)
  t.notMatch(page.body, /This was not me/, 'it is not his to end')
})
