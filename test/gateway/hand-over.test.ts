import t from 'tap'
import { startRecordingOrigin } from '../proxy/recording-origin.ts'
import { startGateway } from './start-gateway.ts'

t.test('somebody who is signed in at the portal comes to the page he asked for, signed in at the site', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startGateway(t, { origins: [origin] })
  const terminal = await house.terminal()
  const { status, body, url } = await terminal.visit(`${house.at()}/orders?page=2`)
  t.match({ status, body, url }, { status: 200, body: 'GET /orders?page=2 0', url: `${house.at()}/orders?page=2` })
  t.match(origin.requests.at(-1)?.field('cookie'), 'sid=1')
  t.equal(origin.requests.at(-1)?.field('host'), origin.host)
  t.notMatch(terminal.received, /sid=/)
})

t.test('who is not signed in at the portal is asked who he is, and comes nowhere', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startGateway(t, { origins: [origin] })
  const stranger = await house.terminal(undefined)
  const { status, body, url } = await stranger.visit(`${house.at()}/orders`)
  t.equal(status, 200)
  t.match(body, 'Sign in to go on to the site')
  t.ok(url.startsWith(house.portalUrl))
  t.equal(origin.requests.length, 0)
  t.match(await stranger.fetch(`${house.at()}/api`), { status: 401, headers: { 'login-relay-error': 'gateway_signed_out' } })
})
