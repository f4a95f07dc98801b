import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import type { Rooms } from '../../relay/portal/rooms.ts'
import { atOtherName } from '../../relay/portal/web/other-name.ts'
import { Visitor } from '../portal/visitor.ts'
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

t.test('who is signed in at the other name of this machine is not asked again; at a public address, or at both, who is not is asked', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startGateway(t, { origins: [origin] })
  const { port } = new URL(house.portalUrl)
  const known = new Visitor(`http://localhost:${port}`)
  await known.signIn(house.ann.name, house.ann.password)
  const state = randomBytes(32).toString('base64url')
  const page = `/gateway/erp?state=${state}&path=%2Forders&home=0`
  const stranger = new Visitor(`http://127.0.0.1:${port}`)
  t.equal((await stranger.get(page)).location, `http://localhost:${port}${page}&name=1`)
  t.match((await known.get(`${page}&name=1`)).location, /^https:\/\/erp\.relay\.test:/)
  t.equal((await new Visitor(`http://localhost:${port}`).get(`${page}&name=1`)).location, `http://127.0.0.1:${port}${page}&name=2`)
  t.match((await stranger.get(`${page}&name=2`)).body, 'Sign in to go on to the site')
  const request = { url: page, headers: { host: `localhost:${port}` } } as FastifyRequest
  const facts = (portal: object, scheme = 'http') => ({ scheme, config: { portal: { listen: '127.0.0.1:8470', ...portal } } }) as Rooms
  t.equal(atOtherName(facts({}), request), `http://127.0.0.1:${port}${page}&name=1`)
  for (const [portal, scheme] of [[{ publicUrl: 'https://relay.example' }], [{ listen: '[::1]:8470' }], [{}, 'https']] as const)
    t.equal(atOtherName(facts(portal, scheme), request), undefined)
  for (const host of ['evil.example', 'localhost.evil.example', '[::1]:8470', '192.0.2.1'])
    t.equal(atOtherName(facts({}), { ...request, headers: { host } } as FastifyRequest), undefined, host)
})
