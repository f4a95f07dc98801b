import { once } from 'node:events'
import t from 'tap'
import { addPairedTerminal } from '../identity/add-paired-terminal.ts'
import { withOtherHosts } from './other-hosts.ts'
import { answersIn, dialProxy, dialTunnel, type ProxyAccess, readAll } from './raw-client.ts'
import { type RecordingOrigin, startRecordingOrigin } from './recording-origin.ts'
import { type House, startHouse } from './start-house.ts'

/** A terminal program that was paired for these accounts. */
async function pair(house: House, accounts: readonly string[]): Promise<ProxyAccess & { readonly id: string }> {
  const { device, token } = await addPairedTerminal(house, house.userId, accounts)
  return { ...house.proxyAddress, id: device.id, authorization: `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}` }
}

async function get(house: House, origin: RecordingOrigin, access: ProxyAccess, fields = '') {
  const socket = await dialTunnel(access, house.tunnelTo(origin))
  socket.write(`GET /orders HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
  const [answer] = answersIn((await readAll(socket)).text)
  return { status: answer?.status, error: /\r\nLogin-Relay-Error: (\S+)/.exec(answer?.head ?? '')?.[1] }
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
