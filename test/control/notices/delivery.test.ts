import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { createMailer } from '../../../relay/outbound/index.ts'
import { tempFolder } from '../../temp-folder.ts'
import { until } from '../../until.ts'
import { openNotices } from './open-notices.ts'
import { codeIn, setConfirmedMail, startMailServer, startWebhook, untilMailed } from './receivers.ts'

const owner = 'u1'

function mailerFor(port: number) {
  return createMailer({ host: '127.0.0.1', port, security: 'none', user: 'relay', password: async () => 'Canary-smtp', from: 'relay@example.com' })
}

t.test('a notice goes out by mail, with the facts and a link that asks for a sign-in; a server that refuses for the time being is asked again', async (t) => {
  const server = await startMailServer(t, { failing: 2 })
  const { notices, logged } = await openNotices(t, await tempFolder(t), { mailer: mailerFor(server.port) })
  await setConfirmedMail(notices, server, owner, { address: 'ann@example.com', groups: ['use'] })
  await until(() => server.mails.length === 1, 'the mail that says that mail comes')
  const [{ to, text } = { to: '', text: '' }] = server.mails
  t.equal(to, 'ann@example.com')
  t.match(text, /Subject: login-relay: Where your notices go was changed/)
  t.match(text, /Auto-Submitted: auto-generated/i)
  t.match(text, /https:\/\/relay\.example\/notices\/[0-9a-f-]{36}/)
  t.match(logged(), /tried again/)
  t.notMatch(logged() + text, /Canary/)
  t.same(new Set(server.passwords), new Set(['Canary-smtp']))
})

t.test('a person gets one mail for what comes within a minute, and what he did not choose not at all', async (t) => {
  let ahead = 0
  const now = () => Date.now() + ahead
  const server = await startMailServer(t)
  const { notices, store } = await openNotices(t, await tempFolder(t), { mailer: mailerFor(server.port), now })
  await setConfirmedMail(notices, server, owner, { address: 'ann@example.com', groups: ['use'] })
  await untilMailed(server, store, 1, 'the first mail')
  for (let i = 0; i < 3; i++)
    await notices.tell({
      owner,
      kind: 'account-used',
      site: 'erp',
      from: { address: '192.0.2.7', agent: 'Evil https://evil.example\r\nBcc: x, or evil.example/x' },
    })
  await notices.tell({ owner, kind: 'portal-sign-in' })
  await notices.tell({ owner: 'u2', kind: 'account-used' })
  t.equal(server.mails.length, 1)
  ahead = 61_000
  await notices.tell({ owner, kind: 'session-taken' })
  await until(() => server.mails.length === 2, 'the second mail')
  const { text = '' } = server.mails[1] ?? {}
  t.match(text, /Subject: login-relay: 4 notices/)
  t.equal(text.match(/An account was used\./g)?.length, 3)
  t.notMatch(text, /signed in to the relay as you/)
  t.notMatch(text, /https:\/\/evil|evil\.example|^Bcc/m, 'what a client says of itself is no link and no header')
})

t.test('a webhook that fails first gets the notice again, under the same id, and its signature fits', async (t) => {
  const hook = await startWebhook(t, [500, 302])
  const { notices, store } = await openNotices(t, await tempFolder(t))
  const secret = await notices.setWebhook(owner, { url: hook.url, groups: ['use'] })
  await notices.tell({ owner, kind: 'account-used', site: 'erp', device: 'd1', deviceName: 'laptop', by: { kind: 'device', user: owner, name: 'ann' } })
  await until(() => hook.hooks.length === 4, 'two notices, the first of them thrice')
  const ids = hook.hooks.map(({ headers }) => headers['webhook-id'])
  t.same([ids[0], ids[1], ids[2]], [ids[0], ids[0], ids[0]])
  for (const { headers, body } of hook.hooks) {
    const signed = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(
      `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`,
    )
    t.equal(headers['webhook-signature'], `v1,${signed.digest('base64')}`)
    t.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 60)
  }
  t.match(JSON.parse(hook.hooks[3]?.body ?? ''), {
    type: 'notice.account-used',
    data: { title: 'An account was used', site: 'erp', device: { name: 'laptop' } },
  })
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const kept = JSON.stringify(await store.collection({ name: 'notice-preferences' }).list())
  t.notOk(kept.includes(secret.replace('whsec_', '')), 'at rest it is sealed')
  await until(async () => (await store.collection({ name: 'notice-deliveries' }).list()).length === 0, 'nothing is left to deliver')
})

t.test('what never works is given up; a webhook that was taken back gets no more', async (t) => {
  const hook = await startWebhook(t, [500, 500])
  const { notices, logged, store } = await openNotices(t, await tempFolder(t), { keptFor: 0 })
  await notices.setWebhook(owner, { url: hook.url, groups: [] })
  await until(() => logged().includes('given up'), 'it gives up')
  t.equal(hook.hooks.length, 1)
  await notices.setWebhook(owner, undefined)
  await until(async () => (await store.collection({ name: 'notice-deliveries' }).list()).length === 0, 'nothing is left to deliver')
  const sent = hook.hooks.length
  await notices.tell({ owner, kind: 'delivery-changed' })
  t.same(await store.collection({ name: 'notice-deliveries' }).list(), [])
  t.equal(hook.hooks.length, sent)
  t.equal(notices.list(owner).length, 3, 'all are at the portal')
})

t.test('webhooks go to no private address unless the operator allows it: neither when it is set nor when its name leads elsewhere later', async (t) => {
  const { notices } = await openNotices(t, await tempFolder(t), { webhooks: 'public' })
  const set = (url: string) => notices.setWebhook(owner, { url, groups: ['use'] })
  for (const url of ['https://127.0.0.1/hook', 'https://169.254.169.254/', 'https://leads-here.example/hook'])
    await t.rejects(set(url), { code: 'destination_refused' }, url)
  for (const url of ['http://192.0.2.1/', 'ftp://192.0.2.1/', 'no address', 'https://a:b@192.0.2.1/']) await t.rejects(set(url), { code: 'bad_request' }, url)
  t.equal(notices.delivery(owner).webhook, undefined)
  const folder = await tempFolder(t)
  const hook = await startWebhook(t)
  const open = await openNotices(t, folder)
  await open.notices.setWebhook(owner, { url: hook.url, groups: ['use'] })
  await until(() => hook.hooks.length === 1, 'allowed while private ones are')
  await open.close()
  const strict = await openNotices(t, folder, { webhooks: 'public', keptFor: 0 })
  await strict.notices.tell({ owner, kind: 'account-used' })
  await until(() => strict.logged().includes('given up'), 'refused')
  t.equal(hook.hooks.length, 1)
  await t.rejects((await openNotices(t, await tempFolder(t), { webhooks: 'off' })).notices.setWebhook(owner, { url: hook.url, groups: [] }), {
    code: 'bad_request',
  })
})

t.test('the address before is told that another takes its place', async (t) => {
  let ahead = 0
  const server = await startMailServer(t)
  const { notices, store } = await openNotices(t, await tempFolder(t), { mailer: mailerFor(server.port), now: () => Date.now() + ahead })
  await setConfirmedMail(notices, server, owner, { address: 'ann@example.com', groups: [] })
  await untilMailed(server, store, 1, 'the first mail')
  ahead = 61_000
  await setConfirmedMail(notices, server, owner, { address: 'eve@evil.example', groups: [] })
  await until(() => server.mails.some(({ to, text }) => to === 'ann@example.com' && text.includes('mail to eve@evil .example')), 'ann is told')
})

t.test('a person gets one mail at a time, whatever addresses they go to', async (t) => {
  let ahead = 0
  const sent: string[] = []
  const codes: { to: string; code: string; text: string }[] = []
  const arrived = Promise.withResolvers<void>()
  const mailer = async ({ to, text }: { readonly to: string; readonly text: string }) => {
    const code = codeIn(text)
    if (code !== undefined) return void codes.push({ to, code, text })
    sent.push(to)
    return arrived.promise
  }
  const { notices } = await openNotices(t, await tempFolder(t), { mailer, now: () => Date.now() + ahead })
  await setConfirmedMail(notices, { codes }, owner, { address: 'ann@example.com', groups: [] })
  ahead = 61_000
  await setConfirmedMail(notices, { codes }, owner, { address: 'ann@elsewhere.example', groups: [] })
  t.same(sent, ['ann@example.com'])
  arrived.resolve()
})

t.test('what a killed relay had told and not delivered, the next one delivers', async (t) => {
  const folder = await tempFolder(t)
  await (await openNotices(t, folder)).close()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'teller.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
  const server = await startMailServer(t)
  const { notices } = await openNotices(t, folder, { mailer: mailerFor(server.port) })
  t.equal(notices.list(owner).length, 3)
  await until(() => server.mails.some(({ text }) => text.includes('A session was taken by a link')), 'it is delivered')
  t.equal(server.mails.length, 1)
})
