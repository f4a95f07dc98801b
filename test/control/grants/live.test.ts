import { once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { dialProxy, readAll } from '../../proxy/raw-client.ts'
import { asking, switching } from '../../proxy/websocket.ts'
import { until } from '../../until.ts'
import { type LendingHouse, startLendingHouse } from './lending-house.ts'

interface Streams {
  /** A download that never ends, and a WebSocket; bob's, with ann's account. */
  readonly download: Socket
  readonly socket: Socket
  readonly heard: () => string
  /** The same of ann's own. */
  readonly own: Socket
}

async function openStreams(house: LendingHouse): Promise<Streams> {
  house.origin.on('/stream', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegun'))
  house.origin.on('/ws', (socket) => void socket.write(`${switching}\r\n\x81\x05hello`, 'latin1'))
  const lent = 'Login-Relay-Account: ann/erp\r\n'
  const download = await house.tunnel('bob')
  download.write(`GET /stream HTTP/1.1\r\nHost: ${house.origin.host}\r\n${lent}\r\n`)
  const socket = await house.tunnel('bob')
  socket.write(`GET /ws HTTP/1.1\r\nHost: ${house.origin.host}\r\n${lent}${asking}\r\n`)
  const own = await house.tunnel('ann')
  own.write(`GET /stream HTTP/1.1\r\nHost: ${house.origin.host}\r\n\r\n`)
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString('latin1')
  })
  await Promise.all([download, own].map((one) => once(one, 'data')))
  await until(() => heard.includes('hello'), 'the WebSocket opens')
  return { download, socket, heard: () => heard, own }
}

async function checkCut(t: Test, { download, socket, heard, own }: Streams, how: string): Promise<void> {
  await until(() => download.destroyed && socket.destroyed, `${how} cuts what is under way`, 10_000)
  t.match(heard(), '\x11\x33your leave', `${how}: the page is told why, by close code 4403`)
  t.notOk(own.destroyed, `${how}: what the owner does goes on`)
  own.destroy()
}

t.test('what is under way with a lent account ends with the leave, whatever ends that', async (t) => {
  const house = await startLendingHouse(t)
  const { bob } = house.people
  const ends: [string, () => object, (grant: string) => unknown][] = [
    ['revoking the grant', () => ({}), (grant) => house.api('ann', 'DELETE', `/grants/${grant}`)],
    ['the end of its time', () => ({ until: house.now() + 3_600_000 }), () => house.pass(3_600_000)],
    ['the end of its hours', () => ({ hours: { from: '00:00', to: '13:00', zone: zoneAt(house.now(), 11) } }), () => house.pass(7_200_000)],
  ]
  for (const [how, terms, end] of ends) {
    const grant = await house.lend({ user: 'bob' }, terms())
    const streams = await openStreams(house)
    await end(grant)
    await checkCut(t, streams, how)
    t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { code: 'grant_refused' })
    await house.grants.remove(grant)
  }
  const lent = await house.lend({ user: 'bob' })
  const before = await openStreams(house)
  before.own.destroy()
  t.ok(await house.identity.disableUser(house.people.ann.user.id))
  await checkCut(t, { ...before, own: await house.tunnel('bob') }, 'disabling the owner')
  t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { code: 'grant_refused', text: /its owner may not sign in/ })
  t.ok(await house.identity.enableUser(house.people.ann.user.id))
  t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { status: 200 }, 'it is lent again with her')
  await house.grants.remove(lent)
  const group = await house.grants.groups.add('accounting')
  await house.grants.groups.setMember(group.id, bob.user.id, true)
  await house.grants.add(house.account, { kind: 'group', id: group.id, name: group.name }, {})
  const streams = await openStreams(house)
  await house.grants.groups.setMember(group.id, bob.user.id, false)
  await checkCut(t, streams, 'leaving the group')
  t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { code: 'account_unknown' })
})

t.test('how a lent account is used', async (t) => {
  const house = await startLendingHouse(t)
  t.afterEach(async () => {
    for (const { id } of house.grants.list()) await house.grants.remove(id)
    house.origin.requests.length = 0
  })

  await t.test('an approval that is taken back ends what goes by it, and tickets with it', async (t) => {
    await house.lend({ user: 'bob' }, { approval: [] })
    const { json } = await house.api('bob', 'POST', '/requests', { account: 'ann/erp', why: 'x' })
    await house.api('ann', 'POST', `/requests/${json.id}/approve`)
    const { link } = (await house.api('bob', 'POST', `/accounts/${house.account.id}/open`)).json
    const streams = await openStreams(house)
    t.equal((await house.api('ann', 'POST', `/requests/${json.id}/refuse`)).status, 200)
    await checkCut(t, streams, 'taking the approval back')
    await house.lend({ user: 'bob' }, { handoff: true })
    const ticket = String(link).split('/').at(-1)
    await until(async () => (await house.sessions.tickets.lookup(ticket ?? '')) === undefined, 'the ticket is void')
    t.match(await house.api('bob', 'POST', '/tickets/claim', { ticket }), { code: 'ticket_invalid' })
  })

  await t.test('taking a wide grant back ends what it opened and a narrower one would not have (law 7)', async (t) => {
    const wide = await house.lend({ user: 'bob' }, { handoff: true })
    const plain = await house.lend({ user: 'bob' })
    const byWide = await openStreams(house)
    await house.api('ann', 'DELETE', `/grants/${wide}`)
    await checkCut(t, byWide, 'losing the leave to have the cookies')
    const readOnly = await house.lend({ user: 'bob' }, { readOnly: true })
    const { download, socket, heard, own } = await openStreams(house)
    await house.api('ann', 'DELETE', `/grants/${plain}`)
    await until(() => socket.destroyed, 'the WebSocket is cut')
    t.match(heard(), '\x11\x33your leave')
    t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { status: 200 })
    t.notOk(download.destroyed, 'what the narrower one allows goes on')
    await house.lend({ user: 'bob' }, { readOnly: true, denyPaths: ['/stream'] })
    await house.api('ann', 'DELETE', `/grants/${readOnly}`)
    await until(() => download.destroyed, 'the download is cut')
    t.notOk(own.destroyed)
    own.destroy()
  })

  await t.test('read-only is GET, HEAD and OPTIONS alone, by whatever name another method comes', async (t) => {
    await house.lend({ user: 'bob' }, { readOnly: true, denyPaths: ['/salaries'] })
    const ask = (path: string, method = 'GET', fields = '') => house.proxied('bob', path, { account: 'ann/erp', method, fields })
    for (const method of ['GET', 'OPTIONS']) t.match(await ask('/orders', method), { status: 200 })
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND'])
      t.match(await ask('/orders', method, 'Content-Length: 0\r\n'), { code: 'grant_read_only' }, method)
    for (const name of ['X-HTTP-Method-Override', 'X_HTTP_Method_Override', 'X_Method_Override'])
      t.match(await ask('/orders', 'GET', `${name}: DELETE\r\n`), { code: 'grant_read_only' }, name)
    for (const query of ['?_method=delete', '?a=b&%5Fmethod=DELETE', ';_metho%64=delete', '?_method[]=delete', '?x-http-method-override=DELETE'])
      t.match(await ask(`/orders${query}`), { code: 'grant_read_only' }, query)
    t.match(await ask('/ws', 'GET', asking), { code: 'grant_read_only' })
    t.match(await ask('/salaries/2026'), { code: 'path_denied', text: /the grant by which you use it/ })
    t.match(await ask('/%73alaries'), { code: 'path_denied' })
    t.same(
      house.origin.requests.map(({ method, target }) => `${method} ${target}`),
      ['GET /orders', 'OPTIONS /orders'],
      'the site has seen nothing else',
    )
    t.match(await house.proxied('ann', '/salaries', { method: 'POST', fields: 'Content-Length: 0\r\n' }), { status: 200 }, 'the owner is not kept off')
  })

  await t.test('what the owner changes about the account holds from the next request on', async (t) => {
    await house.lend({ user: 'bob' })
    t.match(await house.proxied('bob', '/payroll', { account: 'ann/erp' }), { status: 200 })
    await house.accounts.setDenyPaths(house.account.id, { paths: ['/payroll'] })
    t.match(await house.proxied('bob', '/payroll', { account: 'ann/erp' }), { code: 'path_denied' })
    await house.accounts.setDenyPaths(house.account.id, undefined)
  })

  await t.test('a lent account is used where it was named or chosen, never by itself', async (t) => {
    const { bob } = house.people
    t.match(await house.proxied('bob', '/orders'), { code: 'login_required' })
    t.match(await house.proxied('bob', '/orders', { account: 'ann/erp' }), { code: 'account_unknown' })
    await house.lend({ device: `bob/${bob.device.name}` })
    t.match(await house.proxied('bob', '/orders'), { code: 'account_ambiguous', text: /ann\/erp/ })
    t.match(await house.proxied('bob', '/orders', { account: 'erp' }), { code: 'account_unknown' })
    const chooser = await dialProxy(bob.access)
    chooser.write(
      `GET http://relay.pac/accounts?site=erp HTTP/1.1\r\nHost: relay.pac\r\nProxy-Authorization: ${bob.access.authorization}\r\nConnection: close\r\n\r\n`,
    )
    const { text: page } = await readAll(chooser)
    t.match(page, /lent to you by ann/, 'the page where he chooses says whose it is')
    t.notMatch(page, 'ann-at-erp')
    t.match(await house.api('bob', 'GET', '/lent'), { text: '[]' }, 'it is lent to his device, not to him')
    await house.choices.choose(bob.device.id, house.account)
    t.match(await house.proxied('bob', '/orders'), { status: 200 })
    const own = await house.accounts.addAccount({ owner: bob.user.id, siteId: 'erp', username: 'bob', secrets: { password: 'pw' } })
    t.match(await house.proxied('bob', '/orders', { account: 'erp' }), { status: 200 })
    t.ok(house.sessions.live(own.id), 'his own is found by its name')
    await house.accounts.removeAccount(own.id)
  })

  await t.test('a link whose leave ends while the relay signs in brings nothing', async (t) => {
    const { sessions, account, people } = house
    const grant = await house.lend({ user: 'bob' }, { handoff: true })
    await sessions.end(account.id)
    const ensure = sessions.ensure.bind(sessions)
    const { restore } = t.intercept(sessions, 'ensure', {
      value: async (...asked: Parameters<typeof ensure>) => {
        const session = await ensure(...asked)
        await house.api('ann', 'DELETE', `/grants/${grant}`)
        return session
      },
    })
    const code = sessions.tickets.issueDelivery({ accountId: account.id, holder: people.bob.user.id, expiresAt: house.now() + 60_000 })
    const socket = await house.tunnel('bob')
    socket.write(`GET /.well-known/login-relay/deliver?code=${code} HTTP/1.1\r\nHost: ${house.origin.host}\r\nConnection: close\r\n\r\n`)
    const { text } = await readAll(socket)
    restore()
    t.match(text, /^HTTP\/1\.1 403 [\s\S]*"code":"grant_refused"/)
    t.notMatch(text, /set-cookie/i)
    t.ok(sessions.live(account.id), 'the owner has the session')
    t.same(sessions.copies.list(), [])
  })

  await t.test('what the relay saw when a sign-in failed is told to the owner alone', async (t) => {
    await house.lend({ user: 'bob' }, { handoff: true })
    await house.sessions.end(house.account.id)
    const { link } = (await house.api('bob', 'POST', `/accounts/${house.account.id}/open`)).json
    house.origin.on('/login', (socket) => void socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'))
    const login = (who: 'ann' | 'bob') => house.api(who, 'POST', `/accounts/${house.account.id}/login`)
    const told = [await login('bob')]
    t.match(told[0]?.text, /"type":"failed".*"kind":"site-down","seen":\[\]/, 'how it ended')
    told.push(await house.proxied('bob', '/orders', { account: 'ann/erp' }))
    told.push(await house.api('bob', 'POST', '/tickets/claim', { ticket: String(link).split('/').at(-1) }))
    t.same(
      told.slice(1).map(({ code }) => code),
      ['login_failed', 'login_failed'],
    )
    for (const { text } of told) t.notMatch(text, /503|"step"/)
    t.match((await login('ann')).text, /503/)
  })
})

/** A zone where it is this hour now: of whole hours, and none that changes its clocks. */
function zoneAt(now: number, hour: number): string {
  const ahead = (hour - new Date(now).getUTCHours() + 24) % 24
  // The names of these have their signs turned around, and go from 12 behind to 14 ahead.
  return ahead <= 12 ? `Etc/GMT-${ahead}` : `Etc/GMT+${24 - ahead}`
}
