import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { NewBrowser } from '../../../../relay/control/notices/index.ts'
import { tempFolder } from '../../../temp-folder.ts'
import { until } from '../../../until.ts'
import { openNotices } from '../open-notices.ts'
import { type Answer, browserKeys, startPushService, verifySender } from './push-service.ts'

const owner = 'u1'
const day = 86_400_000

/** Notices that go to a push service of this machine. */
async function open(t: Test, answers: readonly Answer[] = [], choices: Parameters<typeof openNotices>[2] = {}) {
  const service = await startPushService(t, answers)
  const folder = await tempFolder(t)
  const opened = await openNotices(t, folder, choices)
  const waiting = async () => (await opened.store.collection({ name: 'notice-deliveries' }).list()).length
  return { ...opened, service, folder, waiting }
}

t.test('a notice comes to the browser as the browser can read it, from who the push service can tell, and as long as any other', async (t) => {
  const { notices, service } = await open(t)
  const browser = service.subscribe()
  await notices.addBrowser(owner, browser)
  await notices.tell({ owner, kind: 'account-used', account: 'a1', site: 'erp', by: { kind: 'device', name: 'ann' }, from: { address: '192.0.2.7' } })
  await notices.tell({ owner: 'u2', kind: 'account-used', site: 'of another' })
  await until(() => service.pushes.length === 2, 'that it is shown here, and the notice')
  t.match(browser.shown(), [
    { title: 'Where your notices go was changed', body: 'What: shown at Chrome on Linux' },
    { title: 'An account was used', body: 'Account: a1\nSite: erp\nBy: ann\nFrom: 192.0.2.7', at: Number },
  ])
  t.equal(browser.shown()[1]?.id, notices.list(owner)[0]?.id)
  const senders = await Promise.all(service.pushes.map((push) => verifySender(push, service.origin)))
  for (const [index, { claims, key }] of senders.entries()) {
    t.equal(claims.sub, 'https://relay.example')
    const left = (claims.exp ?? 0) - Date.now() / 1000
    t.ok(left > 3600 && left <= 86_400, 'good for a day at most')
    t.equal(key, notices.delivery(owner).pushKey, 'the key that the browser was given')
    const { headers, body } = service.pushes[index] ?? { headers: {}, body: Buffer.alloc(0) }
    t.match(headers, { 'content-encoding': 'aes128gcm', ttl: '259200', topic: /^[\w-]{32}$/, urgency: ['high', 'normal'][index] })
    t.equal(body.length, 2048 + 103)
  }
  await t.rejects(verifySender(service.pushes[0] as never, 'https://another.example'), 'a token is for its push service alone')
})

t.test('the longest facts fit, cut; what others wrote makes no line of its own and no link', async (t) => {
  const { notices, service } = await open(t)
  const browser = service.subscribe()
  await notices.addBrowser(owner, browser)
  const long = '界"\\'.repeat(200)
  const agent = `https://evil.example\nFrom: 192.0.2.99 ${long}`
  await notices.tell({
    owner,
    kind: 'portal-sign-in',
    accountName: long,
    site: long,
    deviceName: long,
    by: { kind: 'user', name: long },
    from: { address: long, agent },
    text: long,
  } as never)
  await until(() => service.pushes.length === 2, 'both')
  const { body = '' } = browser.shown()[1] ?? {}
  t.equal(body.split('\n').length, 7)
  t.notMatch(body, /:\/\/|evil\.example/)
  t.match(body, /^Browser: https: \/\/evil \.example From/m)
})

t.test('a browser that has ended it gets no more, and its owner is told elsewhere', async (t) => {
  for (const status of [404, 410]) {
    const { notices, service, store, waiting, audit } = await open(t, [201, status])
    const [gone, stays] = [service.subscribe('Firefox on Windows'), service.subscribe('Chrome on Android')]
    await notices.addBrowser(owner, gone)
    await until(() => service.pushes.length === 1, 'the first')
    await notices.tell({ owner, kind: 'account-used' })
    await until(() => notices.list(owner)[0]?.text === 'no more shown at Firefox on Windows, which has ended that', 'its owner is told')
    t.same(notices.delivery(owner).browsers, [])
    t.same(await store.collection({ name: 'notice-push' }).list(), [], 'and forgotten')
    const acts = []
    for await (const { act, who, details } of audit.newest()) acts.push({ act, who, details })
    t.match(acts, [{ act: 'notice.end-browser', who: { kind: 'relay' }, details: { name: 'Firefox on Windows', host: new URL(service.origin).host } }])
    await notices.addBrowser(owner, stays)
    await until(() => stays.shown().length === 1 && service.pushes.length === 3, 'the other one')
    await until(async () => (await waiting()) === 0, 'nothing waits for it')
    t.equal(gone.shown().length, 2, 'no push went to it after that')
  }
})

t.test('a push service that is not there for the moment is asked again, with the same topic, until it takes the notice', async (t) => {
  const { notices, service, logged, waiting } = await open(t, [503, 500])
  const browser = service.subscribe()
  await notices.addBrowser(owner, browser)
  await until(() => service.pushes.length === 3, 'three tries')
  await until(async () => (await waiting()) === 0, 'it is delivered')
  t.equal(new Set(service.pushes.map(({ headers }) => headers.topic)).size, 1)
  t.match(logged(), /it was answered with 503/)
  for (const secret of [browser.endpoint, browser.auth, browser.p256dh]) t.notOk(logged().includes(secret))
})

t.test('nobody reads, tests or ends another’s browser, nor takes it as his', async (t) => {
  const { notices, service } = await open(t)
  const browser = service.subscribe()
  const id = await notices.addBrowser(owner, browser)
  t.same(notices.delivery('u2').browsers, [])
  t.equal(await notices.removeBrowser('u2', id), false)
  await t.rejects(notices.testBrowser('u2', id), { code: 'not_found' })
  await t.rejects(notices.addBrowser('u2', browser), { code: 'bad_request', message: /another person/ })
  // The last bits of base64url count for nothing: it is the same key.
  await t.rejects(notices.addBrowser('u2', { ...browser, auth: browser.auth.slice(0, -1) + nextLetter(browser.auth.at(-1)) }), { code: 'bad_request' })
  t.match(notices.delivery(owner).browsers, [{ id, name: 'Chrome on Linux' }])
  t.equal(await notices.removeBrowser(owner, id), true)
  t.same(notices.delivery(owner).browsers, [])
})

t.test('a person has ten browsers at most, and the same one counts once', async (t) => {
  const { notices, service } = await open(t)
  const browsers = Array.from({ length: 11 }, () => service.subscribe('one', []))
  const added = await Promise.allSettled(browsers.map((browser) => notices.addBrowser(owner, browser)))
  t.equal(added.filter(({ status }) => status === 'fulfilled').length, 10, 'also of those that come at a time')
  const index = added.findIndex(({ status }) => status === 'fulfilled')
  await notices.addBrowser(owner, { ...(browsers[index] as NewBrowser), groups: ['door'] })
  t.equal(notices.delivery(owner).browsers.filter(({ groups }) => groups.includes('door')).length, 1)
  t.equal(notices.delivery(owner).browsers.length, 10)
  await notices.addBrowser('u2', service.subscribe())
})

t.test('a browser’s push service is at a public address, over https, unless the operator allows others; nothing else is a browser', async (t) => {
  const { notices } = await open(t, [], { webhooks: 'public' })
  const { p256dh, auth } = browserKeys()
  const add = (endpoint: string, keys = {}) => notices.addBrowser(owner, { endpoint, p256dh, auth, name: 'x', groups: [], ...keys })
  for (const url of ['https://127.0.0.1/', 'https://169.254.169.254/latest', 'https://[::1]:8470/', 'https://10.0.0.7/', 'https://leads-here.example/push'])
    await t.rejects(add(url), { code: 'destination_refused' }, url)
  for (const url of ['http://192.0.2.1/', 'ftp://192.0.2.1/', 'no address', 'https://a:b@192.0.2.1/']) await t.rejects(add(url), { code: 'bad_request' }, url)
  const text = Buffer.alloc(65, 4).toString('base64url')
  for (const keys of [{ p256dh: text }, { p256dh: '' }, { auth: 'short' }])
    await t.rejects(add('https://8.8.8.8/', keys), { code: 'bad_request' }, JSON.stringify(keys))
  t.same(notices.delivery(owner).browsers, [])
})

t.test('where the name of a push service leads is looked at again when a notice goes out', async (t) => {
  const { notices, service, folder, close } = await open(t)
  await notices.addBrowser(owner, service.subscribe())
  await until(() => service.pushes.length === 1, 'allowed while private ones are')
  await close()
  const strict = await openNotices(t, folder, { webhooks: 'public', keptFor: 0 })
  await strict.notices.tell({ owner, kind: 'account-used' })
  await until(() => strict.logged().includes('given up'), 'refused')
  t.equal(service.pushes.length, 1)
})

t.test('a relay that sends none to browsers gives out no key and takes no browser', async (t) => {
  const { notices, service, store } = await open(t, [], { webPush: 'off' })
  t.match(notices.delivery(owner), { can: { push: false }, pushKey: '' })
  await t.rejects(notices.addBrowser(owner, service.subscribe()), { code: 'bad_request' })
  t.same(await store.collection({ name: 'push-key' }).list(), [])
})

t.test('a push key that is damaged ends Web Push alone: the relay starts, says so in its log, and keeps the browsers', async (t) => {
  const { notices, service, store, folder, close } = await open(t)
  const id = await notices.addBrowser(owner, service.subscribe())
  await until(() => service.pushes.length === 1, 'it is told')
  await store.collection({ name: 'push-key' }).put('key', { sealedKey: { damaged: true } })
  await close()
  const next = await openNotices(t, folder)
  t.match(next.notices.delivery(owner), { can: { push: false }, pushKey: '', browsers: [{ id }] })
  t.match(next.logged(), /the push key cannot be read/)
  await t.rejects(next.notices.testBrowser(owner, id), { code: 'bad_request' })
  await next.notices.tell({ owner, kind: 'account-used' })
  t.equal(next.notices.list(owner)[0]?.kind, 'account-used')
  t.equal(await next.notices.removeBrowser(owner, id), true)
})

t.test('keys and subscriptions lie sealed, and outlast the relay', async (t) => {
  const { notices, service, store, folder, close } = await open(t, [], { now: () => Date.now() - day })
  const browser = service.subscribe()
  await notices.addBrowser(owner, browser)
  const { pushKey } = notices.delivery(owner)
  const kept = JSON.stringify([await store.collection({ name: 'notice-push' }).list(), await store.collection({ name: 'push-key' }).list()])
  for (const secret of [browser.endpoint, browser.auth, browser.p256dh, pushKey]) t.notOk(kept.includes(secret))
  await close()
  const second = await openNotices(t, folder)
  t.equal(second.notices.delivery(owner).pushKey, pushKey)
  await second.notices.tell({ owner, kind: 'session-taken' })
  await until(() => browser.shown().some(({ title }) => title === 'A session was taken by a link'), 'it is shown')
})

t.test('one person’s push services that do not answer keep nobody else’s notices waiting', async (t) => {
  const { notices, service } = await open(t)
  const silent = await startSilentServer(t)
  for (let i = 0; i < 10; i++) {
    const { p256dh, auth } = browserKeys()
    await notices.addBrowser(owner, { endpoint: `${silent.url}/${i}`, p256dh, auth, name: 'silent', groups: [] })
  }
  await until(() => silent.most() > 0, 'they are asked')
  const browser = service.subscribe()
  await notices.addBrowser('u2', browser)
  await until(() => browser.shown().length === 1, 'the other one')
  t.equal(silent.most(), 3)
})

t.test('what a killed relay had told and a push service not taken, the next one brings', async (t) => {
  const { service, folder, close } = await open(t)
  await close()
  service.isDown = true
  const { shown, decrypt, ...browser } = service.subscribe()
  const child = spawn(process.execPath, [join(import.meta.dirname, '../teller.ts'), folder, JSON.stringify(browser)], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  await until(() => service.pushes.length > 0, 'it has tried')
  child.kill('SIGKILL')
  await once(child, 'close')
  const before = service.pushes.length
  service.isDown = false
  await openNotices(t, folder)
  await until(() => service.pushes.length === before + 2, 'both')
  t.same(
    shown()
      .slice(before)
      .map(({ title }) => title)
      .sort(),
    ['A session was taken by a link', 'Where your notices go was changed'],
  )
})

/** Takes connections and never answers. */
async function startSilentServer(t: Test): Promise<{ readonly url: string; readonly most: () => number }> {
  const sockets = new Set<Socket>()
  let most = 0
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    most = Math.max(most, sockets.size)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, most: () => most }
}

function nextLetter(letter = ''): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters[letters.indexOf(letter) ^ 1] ?? ''
}
