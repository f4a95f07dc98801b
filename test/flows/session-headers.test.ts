import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startHttpDigestSite } from '../sites/http-digest-site.ts'
import { startJsonSite } from '../sites/scripts/json-site.ts'
import { formOf, seeOther, serve } from '../sites/serve.ts'
import { type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'
import { openTerminal } from './curl-terminal.ts'

// Sessions that are not cookies: headers that the proxy adds on the way, and entries that scripts keep in storage.

const credential = { username: 'ann', password: 'correct: horse' }

async function enrol(relay: StartedRelay, site: { readonly url: string; readonly origin: string }, adapter: string, settings: Record<string, unknown> = {}) {
  const owner = await relay.identity.addUser({ name: 'ann', password: 'a long password', role: 'admin' })
  const { token } = await relay.identity.addDevice(owner.id, 'laptop')
  const { origin, url: loginUrl } = site
  await relay.accounts.addSite({ id: 'erp', origins: [origin], loginUrl, adapter, settings, networks: ['loopback'], delivery: 'attach' })
  const account = await relay.accounts.addAccount({ owner: owner.id, siteId: 'erp', username: credential.username, secrets: { password: credential.password } })
  return { account, device: { name: 'laptop', token } }
}

async function started<S extends { stop(): Promise<void> }>(t: Test, starting: Promise<S>): Promise<S> {
  const site = await starting
  t.teardown(() => site.stop())
  return site
}

t.test('a bearer token is added to every request, in the place of one of the client, and outlives a restart', async (t) => {
  const site = await started(t, startJsonSite(credential))
  const folder = await tempFolder(t)
  const relay = await startRelay(t, { folder })
  const settings = {
    url: '/api/login',
    landing: '/api/orders',
    storage: [
      { key: 'auth', value: '{"token":"{token}"}' },
      { area: 'session', key: 'token' },
    ],
  }
  const { device, account } = await enrol(relay, site, 'json', settings)
  const terminal = openTerminal(t, relay, device)
  t.match((await terminal.get(`${site.origin}/api/orders`, '--header', 'Authorization: Bearer of-the-client')).body.toString(), '"user":"ann"')
  t.equal((await terminal.get(`${site.origin}/api/orders`)).status, 200)
  const session = relay.sessions.live(account.id)
  const entries = session?.storage ?? []
  t.match(entries, [
    { origin: site.origin, area: 'local', key: 'auth', value: /^\{"token":"[0-9a-f]{32}"\}$/ },
    { origin: site.origin, area: 'session', key: 'token', value: /^[0-9a-f]{32}$/ },
  ])
  const bearer = String(session?.headers[0]?.value).replace('Bearer ', '')
  await relay.stop()
  const store = await readFile(join(folder, 'store.json'), 'utf8')
  t.notMatch(store, bearer, 'at rest it is sealed, as cookies are')

  const second = await startRelay(t, { folder })
  t.equal((await openTerminal(t, second, device).get(`${site.origin}/api/orders`)).status, 200)
  t.same(second.sessions.live(account.id)?.storage, entries)
  t.same(site.book.outcomes, ['signed-in'], 'no second sign-in')
})

t.test('an API that says 401 has ended the session: one sign-in more, and the request again', async (t) => {
  const site = await started(t, startJsonSite(credential))
  const relay = await startRelay(t)
  const { device } = await enrol(relay, site, 'json', { url: '/api/login', landing: '/api/orders' })
  const terminal = openTerminal(t, relay, device)
  t.equal((await terminal.get(`${site.origin}/api/orders`)).status, 200)
  site.book.expireAll()
  t.equal((await terminal.get(`${site.origin}/api/orders`)).status, 200)
  t.same(site.book.outcomes, ['signed-in', 'signed-in'])
})

t.test('HTTP Digest through the proxy: credentials for each request, stale nonces answered, and a restart', async (t) => {
  const site = await started(t, startHttpDigestSite({ ...credential, nextNonce: false }))
  const folder = await tempFolder(t)
  const relay = await startRelay(t, { folder })
  const { device } = await enrol(relay, site, 'digest')
  const terminal = openTerminal(t, relay, device)
  for (const path of ['/reports', '/a?b=c%20d']) t.equal((await terminal.get(site.origin + path)).status, 200)
  site.expireNonces()
  t.equal((await terminal.get(`${site.origin}/reports`)).status, 200)
  t.equal((await terminal.get(`${site.origin}/order`, '--data', 'a=1')).status, 200)
  await relay.stop()
  const second = await startRelay(t, { folder })
  t.equal((await openTerminal(t, second, device).get(`${site.origin}/reports`)).status, 200)
  t.equal(site.counts.refused, 0)
  t.notMatch(JSON.stringify(site.requests.map(({ headers }) => headers)), 'horse')
})

t.test('a double-submit cookie goes along as a header while there is one, and never across sites', async (t) => {
  const seen: (string | undefined)[] = []
  const site = await started(
    t,
    serve((request) => {
      if (request.path === '/api/login')
        return {
          headers: { 'content-type': 'application/json', 'set-cookie': ['sid=1; Path=/', 'XSRF-TOKEN=a%2Fb; Path=/; SameSite=None'] },
          body: '{"ok":true}',
        }
      seen.push(request.headers['x-xsrf-token'] as string | undefined)
      if (request.path === '/clear') return { headers: { 'set-cookie': 'XSRF-TOKEN=; Path=/; Max-Age=0' } }
      return formOf(request).has('x') ? seeOther('/') : { body: 'ok' }
    }),
  )
  const relay = await startRelay(t)
  const { device } = await enrol(relay, site, 'json', { url: '/api/login', attach: { 'X-XSRF-TOKEN': { cookie: 'XSRF-TOKEN' } }, landing: '/' })
  const terminal = openTerminal(t, relay, device)
  await terminal.get(`${site.origin}/order`, '--data', 'x=1')
  await terminal.get(`${site.origin}/order`, '--data', 'x=1', '--header', 'Origin: http://evil.test', '--header', 'Sec-Fetch-Site: cross-site')
  await terminal.get(`${site.origin}/clear`)
  await terminal.get(`${site.origin}/order`)
  t.same(seen, ['a/b', undefined, 'a/b', undefined])
})
