import { randomBytes } from 'node:crypto'
import t from 'tap'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startGateway } from './start-gateway.ts'

t.test('a lent account is at a host of its own for who borrows it, until it is taken back', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startGateway(t, { origins: [origin] })
  const bob = { name: 'bob', password: randomBytes(12).toString('hex') }
  const user = await house.identity.addUser({ ...bob, role: 'member' })
  const terminal = await house.terminal(bob)
  const host = house.at(house.account.id)
  t.match(await terminal.visit(`${host}/orders`), { status: 404 }, 'nothing is lent')
  const grant = await house.grants.add(house.account, { kind: 'user', id: user.id, name: 'bob' }, {})
  t.equal(house.gateway?.addressOf(house.account, true), `${host}/`)
  t.match(await terminal.visit(`${host}/orders`), { status: 200, body: 'GET /orders 0', url: `${host}/orders` })
  t.notMatch(terminal.received, /sid=/)
  t.match(await terminal.visit(`${house.at()}/orders`), { status: 404 }, "the owner's host is not his")
  await house.grants.revoke(grant.id)
  t.match(await terminal.fetch(`${host}/orders`), { status: 403, headers: { 'login-relay-error': 'grant_refused' } })
  t.equal(origin.requests.length, 1)
})
