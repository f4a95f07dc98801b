import { once } from 'node:events'
import t from 'tap'
import { addPairedTerminal } from '../../identity/add-paired-terminal.ts'
import { withOtherHosts } from '../connections/other-hosts.ts'
import { answersIn, dialProxy, dialTunnel, type ProxyAccess, readAll } from '../raw-client.ts'
import { page, type RecordingOrigin, startRecordingOrigin } from '../recording-origin.ts'
import { type House, startHouse } from '../start-house.ts'

/** A terminal program that was paired for these accounts. */
async function pair(house: House, accounts: readonly string[]): Promise<ProxyAccess & { readonly id: string }> {
  const { device, token } = await addPairedTerminal(house, house.userId, accounts)
  return { ...house.proxyAddress, id: device.id, authorization: `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}` }
}

async function get(house: House, origin: RecordingOrigin, access: ProxyAccess, fields = '', path = '/orders') {
  const socket = await dialTunnel(access, house.tunnelTo(origin))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  const [, cookie] = /\r\nSet-Cookie: (\S+);/.exec(answer?.head ?? '') ?? []
  return { status: answer?.status, error: /\r\nLogin-Relay-Error: (\S+)/.exec(answer?.head ?? '')?.[1], cookie }
}

t.test('a paired program uses its account through the proxy, and the other one at that site is not there for it', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin] })
  const second = await house.accounts.addAccount({ owner: house.userId, siteId: 'erp', name: 'second', username: 'bob', secrets: { password: 'pw' } })
  const access = await pair(house, [second.id])
  t.match(await get(house, origin, access), { status: 200 })
  t.ok(house.sessions.live(second.id), 'the one it was paired for, unasked')
  t.equal(house.sessions.live(house.account.id), undefined)
  t.match(await get(house, origin, access, 'Login-Relay-Account: erp\r\n'), { status: 403 })
  t.equal(house.sessions.live(house.account.id), undefined)
  const streaming = await dialTunnel(access, house.tunnelTo(origin))
  const closed = once(streaming, 'close')
  await house.identity.revokeDevice(access.id)
  await closed
  await t.rejects(get(house, origin, access), 'and nothing after its end')
})

t.test('a paired program is led to no other host, by a tunnel or a plain request', async (t) => {
  const origin = await startRecordingOrigin(t)
  const other = await startRecordingOrigin(t, { scheme: 'http', host: 'other.test' })
  const house = await startHouse(t, { origins: [origin] })
  const open = await withOtherHosts(t, house, other.port)
  const { authorization } = await pair(house, [house.account.id])
  const ask = async (head: string, by: string) => {
    const socket = await dialProxy(open)
    socket.write(`${head} HTTP/1.1\r\nHost: ${other.host}\r\nProxy-Authorization: ${by}\r\nConnection: close\r\n\r\n`)
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return chunk.toString('latin1').split(' ')[1]
  }
  for (const head of [`CONNECT ${other.host}`, `GET ${other.origin}/a`]) {
    t.match(await ask(head, open.authorization), /^(200|302)$/, `an enrolled device gets there: ${head}`)
    t.equal(await ask(head, authorization), '403', `a paired one: ${head}`)
  }
})

t.test('a paired program is given a site’s own cookies by a ticket alone, which notes it', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/rotate', page('rotated', 'Set-Cookie: more=secret; HttpOnly\r\n'))
  const house = await startHouse(t, { origins: [origin], delivery: 'handoff' })
  const access = await pair(house, [house.account.id])
  const deliver = () => {
    const code = house.sessions.tickets.issueDelivery({ accountId: house.account.id, holder: house.userId, expiresAt: Date.now() + 60_000 })
    return get(house, origin, access, '', `/.well-known/login-relay/deliver?code=${code}`)
  }
  const rotate = () => get(house, origin, access, 'Accept: text/html\r\n', '/rotate')
  t.notMatch((await rotate()).cookie, 'secret', 'what the site sets')
  const phantom = await deliver()
  t.match(phantom, { status: 303, cookie: /=/ }, 'what a code of the person’s brings')
  t.notMatch(phantom.cookie, 'sid=1')
  await house.identity.noteHandedOver(access.id, house.account.id)
  t.match(await rotate(), { cookie: 'more=secret' }, 'and both when it is noted')
  t.match((await deliver()).cookie, /(sid=1|more=secret)/)
})

t.test('while its person registers at the site, a paired program goes on with its account, and is given no cookie as it is', async (t) => {
  const origin = await startRecordingOrigin(t)
  origin.on('/rotate', page('rotated', 'Set-Cookie: more=secret; HttpOnly\r\n'))
  const house = await startHouse(t, { origins: [origin] })
  house.sessions.registrations.open(house.userId, house.site.id)
  t.match(await get(house, origin, house.access, 'Cookie: sid=1\r\n', '/rotate'), { cookie: 'more=secret' }, 'the person registers')
  t.equal(house.sessions.live(house.account.id), undefined)
  const answer = await get(house, origin, await pair(house, [house.account.id]), 'Accept: text/html\r\n', '/rotate')
  t.equal(answer.status, 200)
  t.notMatch(answer.cookie, 'secret')
  t.ok(house.sessions.live(house.account.id))
})
