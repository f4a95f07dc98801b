import t from 'tap'
import { apiRoutes } from '../../relay/portal/api/routes.ts'
import { type Person, type StartedPortal, startPortal } from './start-portal.ts'

/** Who asks. */
type Asker = 'admin' | 'member' | 'device' | 'local' | 'nobody'
const askers: readonly Asker[] = ['admin', 'member', 'device', 'local', 'nobody']

interface Row {
  readonly method: string
  readonly path: string
  readonly body?: object
  /** The status each asker gets, in the order of `askers`. The things asked for are ann's, who is the admin; the device and the member are bob's. */
  readonly statuses: readonly number[]
}

/** Its key is no point of the curve. */
const noSubscription = { endpoint: 'https://push.example.com/', keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) } }

/** 401: not known; 403: known, and the thing is no secret; 404: another's, as if it did not exist. */
const rows: readonly Row[] = [
  { method: 'GET', path: '/health', statuses: [200, 200, 200, 200, 200] },
  { method: 'GET', path: '/openapi.json', statuses: [200, 200, 200, 200, 200] },
  { method: 'GET', path: '/ca.pem', statuses: [200, 200, 200, 200, 200] },
  { method: 'GET', path: '/status', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/me', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/traffic', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/metrics', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/users', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/users', body: { name: 'ann', password: 'long enough' }, statuses: [409, 403, 403, 409, 401] },
  { method: 'POST', path: '/users/none/end', statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/users/none/disable', statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/users/none/enable', statuses: [404, 403, 403, 404, 401] },
  { method: 'GET', path: '/me/second-factor', statuses: [200, 200, 403, 403, 401] },
  { method: 'POST', path: '/me/second-factor/authenticator', statuses: [200, 200, 403, 403, 401] },
  { method: 'POST', path: '/me/second-factor/authenticator/confirm', body: { code: '1' }, statuses: [422, 422, 403, 403, 401] },
  { method: 'POST', path: '/me/second-factor/recovery-codes', statuses: [404, 404, 403, 403, 401] },
  { method: 'DELETE', path: '/me/second-factor', statuses: [404, 404, 403, 403, 401] },
  { method: 'GET', path: '/me/passkeys', statuses: [200, 200, 403, 403, 401] },
  { method: 'DELETE', path: '/me/passkeys/none', statuses: [404, 404, 403, 403, 401] },
  { method: 'DELETE', path: '/users/ann/second-factor', statuses: [403, 403, 403, 404, 401] },
  { method: 'GET', path: '/devices', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/devices?user=ann', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/devices?user=none', statuses: [403, 403, 403, 404, 401] },
  { method: 'POST', path: '/devices', body: { name: 'stolen', user: 'ann' }, statuses: [201, 403, 403, 409, 401] },
  { method: 'GET', path: '/devices/ANN_DEVICE/choices', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/devices/ANN_DEVICE/choices', body: { account: 'erp' }, statuses: [200, 404, 403, 200, 401] },
  { method: 'DELETE', path: '/devices/ANN_DEVICE/choices/erp', statuses: [204, 404, 403, 404, 401] },
  { method: 'POST', path: '/devices/ANN_DEVICE/certificate', body: { request: 'none' }, statuses: [400, 404, 404, 400, 401] },
  { method: 'POST', path: '/devices/ANN_DEVICE/end', statuses: [200, 404, 404, 200, 401] },
  { method: 'DELETE', path: '/devices/ANN_DEVICE', statuses: [204, 404, 404, 404, 401] },
  { method: 'POST', path: '/pairings', statuses: [200, 200, 200, 200, 200] },
  { method: 'POST', path: '/pairings/token', body: { device_code: 'none' }, statuses: [400, 400, 400, 400, 400] },
  { method: 'GET', path: '/sites', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/sites/erp', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/sites/none', statuses: [404, 404, 404, 404, 401] },
  { method: 'GET', path: '/sites/erp/captchas', statuses: [200, 200, 200, 200, 401] },
  { method: 'POST', path: '/sites', body: { url: 'not an address' }, statuses: [400, 403, 403, 400, 401] },
  { method: 'POST', path: '/sites/probe', body: { url: 'not an address' }, statuses: [400, 403, 403, 400, 401] },
  { method: 'DELETE', path: '/sites/none', statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/sites/none/check', statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/sites/none/learn', body: { account: 'erp' }, statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/sites/reload', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/declarations', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/declarations/erp', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/declarations/erp', body: { text: 'login: no address' }, statuses: [422, 403, 403, 422, 401] },
  { method: 'GET', path: '/adapters', statuses: [200, 200, 200, 200, 401] },
  { method: 'POST', path: '/vault/rotate-key', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/accounts', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/accounts?user=ann', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/accounts', body: { site: 'erp', user: 'ann', username: 'u', password: 'p' }, statuses: [409, 403, 403, 409, 401] },
  { method: 'GET', path: '/accounts/ANN_ACCOUNT', statuses: [200, 404, 404, 200, 401] },
  { method: 'GET', path: '/accounts/ANN_ACCOUNT/snapshot', statuses: [404, 404, 404, 404, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/open', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/logout', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/login', statuses: [200, 404, 404, 200, 401] },
  { method: 'GET', path: '/accounts/ANN_ACCOUNT/gateway', statuses: [409, 404, 404, 409, 401] },
  { method: 'GET', path: '/accounts/ANN_ACCOUNT/versions', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/revert', statuses: [404, 404, 404, 404, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/confirm', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/unfreeze', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/rotate', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/rotation', body: { everyDays: 30 }, statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/keep-alive', body: { everyMinutes: 10, hours: 8 }, statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/deny-paths', body: { paths: ['/profile'] }, statuses: [200, 404, 404, 200, 401] },
  { method: 'GET', path: '/accounts/ANN_ACCOUNT/copies', statuses: [200, 404, 404, 200, 401] },
  { method: 'DELETE', path: '/accounts/ANN_ACCOUNT/copies', statuses: [200, 404, 404, 200, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/copies', body: { allowed: false }, statuses: [200, 404, 404, 200, 401] },
  { method: 'GET', path: '/copies', statuses: [403, 403, 403, 403, 401] },
  { method: 'POST', path: '/accounts/ANN_ACCOUNT/placeholder', statuses: [403, 404, 404, 403, 401] },
  { method: 'POST', path: '/accounts/register', body: { site: 'none', username: 'u', user: 'ann' }, statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/registrations', body: { site: 'erp', user: 'ann' }, statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/registrations?user=ann', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/registrations/none/accept?user=ann', statuses: [404, 403, 403, 404, 401] },
  { method: 'DELETE', path: '/registrations/none?user=ann', statuses: [404, 403, 403, 404, 401] },
  { method: 'GET', path: '/events', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/sessions', statuses: [200, 200, 200, 200, 401] },
  { method: 'DELETE', path: '/sessions/ANN_ACCOUNT', statuses: [404, 404, 404, 404, 401] },
  { method: 'GET', path: '/challenges', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/challenges/none/image', statuses: [404, 404, 404, 404, 401] },
  { method: 'POST', path: '/challenges/none', body: { answer: 'x' }, statuses: [404, 404, 404, 404, 401] },
  { method: 'POST', path: '/challenges/none/reload', statuses: [404, 404, 404, 404, 401] },
  { method: 'POST', path: '/tickets/claim', body: { ticket: 'x'.repeat(43) }, statuses: [410, 410, 410, 410, 401] },
  { method: 'GET', path: '/grants', statuses: [200, 200, 403, 200, 401] },
  { method: 'GET', path: '/grants?user=ann', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/grants', body: { account: 'ANN_ACCOUNT', to: { user: 'carl' } }, statuses: [404, 404, 403, 404, 401] },
  { method: 'POST', path: '/grants/reload', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/invites', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/invites', body: { name: 'ann' }, statuses: [409, 403, 403, 409, 401] },
  { method: 'POST', path: '/users/nobody/password-link', body: {}, statuses: [403, 403, 403, 404, 401] },
  { method: 'DELETE', path: '/invites/none', statuses: [404, 403, 403, 404, 401] },
  { method: 'DELETE', path: '/grants/none', statuses: [404, 404, 403, 404, 401] },
  { method: 'GET', path: '/lent', statuses: [200, 200, 200, 200, 401] },
  { method: 'GET', path: '/requests', statuses: [200, 200, 403, 200, 401] },
  { method: 'POST', path: '/requests', body: { account: 'zoe/erp', why: 'x', user: 'ann' }, statuses: [201, 403, 403, 201, 401] },
  { method: 'POST', path: '/requests/none/approve', statuses: [404, 404, 403, 404, 401] },
  { method: 'POST', path: '/requests/none/refuse', statuses: [404, 404, 403, 404, 401] },
  { method: 'GET', path: '/groups', statuses: [200, 200, 403, 200, 401] },
  { method: 'POST', path: '/groups', body: { name: '/' }, statuses: [400, 403, 403, 400, 401] },
  { method: 'POST', path: '/groups/none/name', body: { name: 'other' }, statuses: [404, 403, 403, 404, 401] },
  { method: 'DELETE', path: '/groups/none', statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/groups/none/members', body: { user: 'bob' }, statuses: [404, 403, 403, 404, 401] },
  { method: 'POST', path: '/groups/none/members/remove', body: { user: 'bob' }, statuses: [404, 403, 403, 404, 401] },
  { method: 'GET', path: '/why?user=bob&account=ann/erp', statuses: [200, 404, 403, 200, 401] },
  { method: 'GET', path: '/audit', statuses: [200, 200, 403, 200, 401] },
  { method: 'GET', path: '/audit/export?format=cef', statuses: [200, 200, 403, 200, 401] },
  { method: 'GET', path: '/audit/verify', statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/notices?user=ann', statuses: [200, 403, 403, 200, 401] },
  { method: 'POST', path: '/notices/read', body: { user: 'ann' }, statuses: [200, 403, 403, 200, 401] },
  { method: 'GET', path: '/me/notices', statuses: [200, 200, 403, 403, 401] },
  { method: 'POST', path: '/me/notices/mail', body: { address: 'ann@example.com' }, statuses: [400, 400, 403, 403, 401] },
  { method: 'POST', path: '/me/notices/mail/confirm', body: { code: '1234 5678' }, statuses: [422, 422, 403, 403, 401] },
  { method: 'DELETE', path: '/me/notices/mail', statuses: [204, 204, 403, 403, 401] },
  { method: 'POST', path: '/me/notices/webhook', body: { url: 'none' }, statuses: [400, 400, 403, 403, 401] },
  { method: 'DELETE', path: '/me/notices/webhook', statuses: [204, 204, 403, 403, 401] },
  { method: 'POST', path: '/me/notices/browsers', body: { subscription: noSubscription }, statuses: [400, 400, 403, 403, 401] },
  { method: 'POST', path: '/notices/browsers/renew', body: { before: noSubscription, after: noSubscription }, statuses: [404, 404, 404, 404, 404] },
  { method: 'DELETE', path: '/me/notices/browsers/none', statuses: [404, 404, 403, 403, 401] },
  { method: 'POST', path: '/me/notices/browsers/none/test', statuses: [404, 404, 403, 403, 401] },
  { method: 'POST', path: '/notices/none/not-me', body: { user: 'ann' }, statuses: [404, 403, 403, 404, 401] },
  { method: 'GET', path: '/notices/none?user=ann', statuses: [404, 403, 403, 404, 401] },
  // Last: it is gone afterwards.
  { method: 'DELETE', path: '/accounts/ANN_ACCOUNT', statuses: [204, 404, 404, 404, 401] },
]

t.test('each route answers owner, others, devices, the local administrator and nobody as it should', async (t) => {
  const relay = await startPortal(t)
  const headers = await credentials(relay)
  for (const row of rows) {
    const path = `/api/v1${row.path.replace('ANN_ACCOUNT', relay.ann.account.id).replace('ANN_DEVICE', relay.ann.device.id)}`
    const body = row.method === 'POST' ? JSON.stringify(row.body ?? {}) : undefined
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const statuses: number[] = []
    for (const asker of askersFor(row)) {
      const answer = await fetch(relay.portalUrl + path, {
        method: row.method,
        headers: { ...type, ...headers[asker] },
        ...(body === undefined ? {} : { body }),
      })
      statuses.push(answer.status)
      await answer.body?.cancel()
    }
    t.same(
      statuses,
      askersFor(row).map((asker) => row.statuses[askers.indexOf(asker)]),
      `${row.method} ${row.path} for ${askersFor(row).join(', ')}`,
    )
  }
})

t.test('the table above holds every route', async (t) => {
  const asked = rows.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`)
  const routes = apiRoutes.map(({ method, path }) => new RegExp(`^${method} ${path.replace(/:\w+/g, '[^/]+')}$`))
  t.same(
    routes.filter((route) => !asked.some((row) => route.test(row))),
    [],
  )
})

t.test("another's thing and a thing that does not exist are answered alike", async (t) => {
  const relay = await startPortal(t)
  const { device } = await credentials(relay)
  const ask = async (path: string) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, { headers: device })
    return { status: answer.status, body: (await answer.text()).replaceAll(path.split('/').at(-1) ?? '', 'ID') }
  }
  t.same(await ask(`/accounts/${relay.ann.account.id}`), await ask('/accounts/00000000-0000-4000-8000-000000000000'))
  t.same(await ask(`/challenges/${relay.ann.account.id}/image`), await ask('/challenges/00000000-0000-4000-8000-000000000000/image'))
})

t.test('lists hold what is one’s own; the local administrator sees all, and no secret of any', async (t) => {
  const relay = await startPortal(t)
  const headers = await credentials(relay)
  const names = async (asker: Asker, path: string) => {
    const list = (await (await fetch(`${relay.portalUrl}/api/v1${path}`, { headers: headers[asker] ?? {} })).json()) as { owner?: string; user?: string }[]
    return [...new Set(list.map(({ owner, user }) => owner ?? user))].sort()
  }
  for (const path of ['/accounts', '/devices']) {
    t.same(await names('admin', path), ['ann'], `admin ${path}`)
    t.same(await names('member', path), ['bob'], `member ${path}`)
    t.same(await names('device', path), ['bob'], `device ${path}`)
    t.same(await names('local', path), ['ann', 'bob'], `local ${path}`)
  }
  const all = await (await fetch(`${relay.portalUrl}/api/v1/accounts`, { headers: headers.local ?? {} })).text()
  t.notMatch(all, /at the site|secret/)
})

t.test('the local administrator names the owner where several people have an account of one name', async (t) => {
  const relay = await startPortal(t)
  const { local } = await credentials(relay)
  const ask = async (path: string) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1/accounts/${path}`, { headers: local })
    return { status: answer.status, ...((await answer.json()) as { owner?: string; title?: string }) }
  }
  t.match(await ask('erp'), { status: 400, title: /say whose/ })
  t.match(await ask('erp?user=bob'), { status: 200, owner: 'bob' })
  t.match(await ask('erp?user=nobody'), { status: 404 })
  t.match(await ask(relay.ann.account.id), { status: 200, owner: 'ann' })
})

/** Asked by those who may not first, so that what the owner destroys is there for them to be refused. */
function askersFor({ path, method }: Row): readonly Asker[] {
  const destroys = method === 'DELETE' && /ANN_/.test(path)
  return destroys ? ['nobody', 'device', 'member', 'admin', 'local'] : askers
}

async function credentials(relay: StartedPortal): Promise<Record<Asker, Record<string, string>>> {
  const portal = async (person: Person) => {
    const { cookie, csrf } = await relay.signedIn(person)
    return { cookie, 'x-csrf-token': csrf, origin: relay.portalUrl }
  }
  return {
    admin: await portal(relay.ann),
    member: await portal(relay.bob),
    device: { authorization: `Bearer ${relay.bob.device.token}` },
    local: { authorization: `Bearer ${relay.adminToken}` },
    nobody: {},
  }
}
