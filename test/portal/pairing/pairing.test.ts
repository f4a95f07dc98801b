import t from 'tap'
import { apiRoutes } from '../../../relay/portal/api/routes.ts'
import { lastOf, since } from '../../audit/since.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'
import { pairTerminal, showCode } from './pair-terminal.ts'

const minute = 60_000

t.test(
  'a terminal shows a code, a phone confirms it, and the terminal has a page with that account and nothing else; one that is refused says so',
  async (t) => {
    const relay = await startPortal(t)
    const other = await relay.accounts.addAccount({ owner: relay.ann.user.id, siteId: 'erp', name: 'second', username: 'x', secrets: { password: 'y' } })
    const before = await lastOf(relay)
    const terminal = relay.visitor()
    t.match((await terminal.get('/sign-in')).body, /Use your phone instead/)
    const code = await showCode(terminal)
    const waiting = await terminal.get('/pair')
    t.match(waiting.body, /<img class="qr" src="data:image\/svg\+xml;base64,/)
    t.match(waiting.body, /http-equiv="refresh" content="3; URL=\/pair"/)
    t.notMatch(waiting.body, /login-relay-pairing|lr_/)

    const phone = await relay.signedIn(relay.ann)
    const page = await phone.get(`/pair/confirm?code=${code.toLowerCase().replace('-', '%20')}`)
    t.match(readPage(page.body), new RegExp(`${code}Where127\\.0\\.0\\.1Browsernode`))
    t.match(readPage(page.body), /Confirm only a screen that you see yourself/)
    const form = { code, account: relay.ann.account.id, minutes: '60' }
    t.equal((await phone.post('/pair/confirm', form)).status, 400, 'he has not said that he sees it')
    t.match(readPage((await phone.post('/pair/confirm', { code, minutes: '60', seen: 'on' })).body), /Pick an account/)
    t.equal((await phone.post('/pair/confirm', { ...form, seen: 'on', minutes: '9999' })).status, 400)
    t.equal((await phone.post('/pair/confirm', { ...form, seen: 'on', account: relay.bob.account.id })).status, 404, "another's account")
    t.equal((await terminal.get('/pair')).status, 200, 'it waits')
    t.equal((await phone.post('/pair/confirm', { ...form, seen: 'on' })).location, '/devices?done=terminal-paired')

    const entered = await terminal.get('/pair')
    t.equal(entered.location, '/terminal')
    t.match(
      entered.headers.getSetCookie().find((line) => line.startsWith('login-relay-terminal=')),
      /=lr_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
      'until the browser closes',
    )
    const own = await terminal.get('/terminal')
    t.match(readPage(own.body), /Let in by ann for 60 more minutes\..* erphttps:\/\/erp\.example\.com Not signed in/)
    t.notMatch(own.body, /second|bob/)
    t.match((await relay.identity.listDevices(relay.ann.user.id)).at(-1)?.paired?.accounts, [relay.ann.account.id])
    t.notMatch((await relay.identity.listDevices()).at(-1)?.paired?.accounts, other.id)
    const recorded = (await since(relay, before)).filter(({ act }) => act === 'device.pair')
    const ann = { owner: relay.ann.user.id, who: { kind: 'user', name: 'ann' }, from: { address: '127.0.0.1' } }
    t.match(recorded.at(-2), { outcome: 'intent', ...ann })
    const details = { name: /^terminal-127\.0\.0\.1-node-/, minutes: 60, address: '127.0.0.1', accounts: relay.ann.account.id }
    t.match(recorded.at(-1), { outcome: 'done', ...ann, device: /./, details })

    const refused = relay.visitor()
    const another = await showCode(refused)
    await phone.get(`/pair/confirm?code=${another}`)
    t.equal((await phone.post('/pair/refuse', { code: another })).location, '/devices?done=terminal-refused')
    t.equal((await refused.get('/pair')).location, '/pair?done=pairing-refused')
    await refused.get('/pair')
    t.equal((await refused.post('/pair', {}, { csrf: 'x' })).status, 403, 'its form is its own')
    await showCode(refused)
    t.equal((await refused.post('/pair/stop')).location, '/sign-in')
    t.match(readPage((await refused.get('/pair')).body), /Show a code/)
  },
)

t.test('the code in another browser is worth nothing, and so is a second use', async (t) => {
  const relay = await startPortal(t)
  const terminal = relay.visitor()
  const code = await showCode(terminal)
  const thief = relay.visitor()
  t.match((await thief.get(`/pair/confirm?code=${code}`)).location, /^\/sign-in/)
  await thief.get('/pair')
  t.notMatch(readPage((await thief.get(`/pair?code=${code}`)).body), new RegExp(code))
  const phone = await relay.signedIn(relay.ann)
  await phone.get(`/pair/confirm?code=${code}`)
  const form = { code, account: relay.ann.account.id, minutes: '15', seen: 'on' }
  const answers = await Promise.all(Array.from({ length: 20 }, () => phone.twin().post('/pair/confirm', form)))
  t.equal(answers.filter(({ status }) => status === 303).length, 1, 'of twenty who confirm at once one succeeds')
  t.equal((await thief.get('/terminal')).location, '/pair?done=terminal-over')
  const twin = terminal.twin()
  t.equal((await terminal.get('/pair')).location, '/terminal')
  t.equal((await twin.get('/pair')).location, '/pair?done=pairing-over', 'told once')
  t.equal((await relay.identity.listDevices(relay.ann.user.id)).filter(({ paired }) => paired !== undefined).length, 1)
})

t.test('a wrong code, an expired code, and guesses', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const terminal = relay.visitor()
  const code = await showCode(terminal)
  const phone = await relay.signedIn(relay.ann)
  t.match(await phone.get('/pair/confirm?code=BBBB-BBBB'), { status: 404, body: /No terminal shows that code/ })
  ahead = 4 * minute
  t.match((await phone.post('/pair/confirm', { code: 'BBBB-BBBC', account: relay.ann.account.id, minutes: '15', seen: 'on' })).status, 404)
  ahead = 10 * minute
  t.match((await phone.get(`/pair/confirm?code=${code}`)).location, /^\/verify\?next=%2Fpair%2Fconfirm%3Fcode%3D/, 'step-up, and back with the code')
  await phone.get('/verify')
  t.equal((await phone.post('/verify', { next: '/', password: relay.ann.password })).status, 303)
  t.equal((await phone.get(`/pair/confirm?code=${code}`)).status, 404, 'its ten minutes are over')
  t.equal((await terminal.get('/pair')).location, '/pair?done=pairing-over')
  const statuses = []
  for (let i = 0; i < 4; i++) statuses.push((await phone.get('/pair/confirm?code=BBBB-BBBB')).status)
  t.same(statuses, [404, 404, 429, 429])
})

t.test('a paired terminal is nobody to every page and route of the portal, by its cookie and by its token', async (t) => {
  const relay = await startPortal(t)
  const { terminal } = await pairTerminal(relay, relay.ann, [relay.ann.account.id])
  for (const path of [
    '/',
    '/devices',
    '/sessions',
    '/security',
    '/accounts/new',
    `/accounts/${relay.ann.account.id}`,
    '/record',
    '/sites',
    '/set-up',
    '/verify',
  ])
    t.match((await terminal.get(path)).location, /^\/sign-in/, path)
  t.equal((await terminal.get('/api/v1/me')).status, 401)
  for (const path of ['/devices', '/accounts/new', '/pair/confirm', `/accounts/${relay.ann.account.id}/open`, '/sign-out'])
    t.equal((await terminal.post(path, {})).status, 401, path)
  t.equal((await terminal.post(`/terminal/accounts/${relay.bob.account.id}/open`)).status, 404)

  const token = /login-relay-terminal=(lr_[\w-]+)/.exec(terminal.cookie)?.[1] ?? ''
  const [device] = (await relay.identity.listDevices(relay.ann.user.id)).filter(({ paired }) => paired !== undefined)
  const ask = async (method: string, path: string) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
    return { status: answer.status, body: await answer.text() }
  }
  const answered: string[] = []
  for (const { method, path, access } of apiRoutes) {
    if (access === 'anyone') continue
    const { status } = await ask(method, path.replace('/devices/:id', `/devices/${relay.ann.device.id}`).replace(/:\w+/, relay.bob.account.id))
    if (status !== 403) answered.push(`${method} ${path} ${status}`)
  }
  t.same(answered, ['DELETE /devices/:id 404', 'GET /accounts 200', 'POST /accounts/:id/open 404', 'POST /tickets/claim 400'])
  t.match(JSON.parse((await ask('GET', '/accounts')).body), [{ id: relay.ann.account.id, username: undefined }])
  t.equal((await ask('POST', `/accounts/${relay.ann.account.id}/open`)).status, 200)
  t.equal((await ask('DELETE', `/devices/${device?.id}`)).status, 204, 'it may end itself')
  t.equal((await ask('GET', '/accounts')).status, 401)
})

t.test('a pairing ends from the phone, from the terminal and by time', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const first = await pairTerminal(relay, relay.ann, [relay.ann.account.id])
  const devices = readPage((await first.phone.get('/devices')).body)
  t.match(devices, /Paired terminal, 127\.0\.0\.1, nodeerp \S+ \S+ UTCEnd/)
  const [device] = (await relay.identity.listDevices(relay.ann.user.id)).filter(({ paired }) => paired !== undefined)
  t.notMatch(devices, new RegExp(device?.name ?? 'none'), 'it is not among the devices')
  t.equal((await first.phone.post(`/devices/${device?.id}/revoke`)).location, '/devices?done=terminal-ended')
  t.equal((await first.terminal.get('/terminal')).location, '/pair?done=terminal-over')

  const second = await pairTerminal(relay, relay.ann, [relay.ann.account.id])
  t.equal((await second.terminal.post('/terminal/done', {}, { csrf: 'x' })).status, 403)
  t.equal((await second.terminal.post('/terminal/done')).location, '/pair?done=terminal-done')
  t.equal((await second.terminal.get('/terminal')).status, 303)

  const third = await pairTerminal(relay, relay.ann, [relay.ann.account.id], '15')
  ahead = 15 * minute
  t.equal((await third.terminal.get('/terminal')).location, '/pair?done=terminal-over')
  t.equal((await third.terminal.post(`/terminal/accounts/${relay.ann.account.id}/open`)).status, 401)
})

t.test('a terminal program is paired by the API, and told in the words of RFC 8628', async (t) => {
  let ahead = 0
  const relay = await startPortal(t, { now: () => Date.now() + ahead })
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${relay.portalUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'kiosk/1' },
      body: JSON.stringify(body),
    })
    return [answer.status, (await answer.json()) as Record<string, string>] as const
  }
  const [status, asked] = await post('/pairings', {})
  t.equal(status, 200)
  t.match(asked, { verification_uri: `${relay.portalUrl}/pair`, expires_in: 600, interval: 5 })
  const { device_code = '', user_code = '' } = asked
  t.equal(asked.verification_uri_complete, `${relay.portalUrl}/pair/confirm?code=${user_code}`)
  t.match(await post('/pairings/token', { device_code }), [400, { code: 'authorization_pending' }])
  t.match(await post('/pairings/token', { device_code }), [400, { code: 'slow_down' }])
  const phone = await relay.signedIn(relay.bob)
  await phone.get(`/pair/confirm?code=${user_code}`)
  await phone.post('/pair/confirm', { code: user_code, account: relay.bob.account.id, minutes: '60', seen: 'on' })
  ahead += 10_000
  const [, paired] = await post('/pairings/token', { device_code })
  t.match(paired, { access_token: /^lr_/, token_type: 'Bearer', accounts: [{ id: relay.bob.account.id, name: 'erp', site: 'erp' }] })
  t.match(await post('/pairings/token', { device_code }), [400, { code: 'expired_token' }])
  const accounts = await fetch(`${relay.portalUrl}/api/v1/accounts`, { headers: { authorization: `Bearer ${paired.access_token}` } })
  t.match(await accounts.json(), [{ owner: 'bob' }])
  const [, second] = await post('/pairings', {})
  await phone.post('/pair/refuse', { code: second.user_code ?? '' })
  t.match(await post('/pairings/token', { device_code: second.device_code }), [400, { code: 'access_denied' }])
  t.notMatch(relay.logged(), new RegExp(`${device_code}|${paired.access_token}`))
})
