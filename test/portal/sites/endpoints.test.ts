import t from 'tap'
import { createTestAuthority } from '../../outbound/certificates.ts'
import { startEndpoint } from '../../outbound/endpoints/endpoint-servers.ts'
import { get } from '../../outbound/outbound-for-test.ts'
import { freePort } from '../../ports.ts'
import { until } from '../../until.ts'
import { startPortal } from '../start-portal.ts'
import { readPage } from '../visitor.ts'

t.test('who runs the relay sees how the endpoints of a site are; others do not see where its servers are', async (t) => {
  const relay = await startPortal(t)
  const authority = await createTestAuthority()
  const server = await startEndpoint(t, { authority, called: 'a' })
  const dead = `127.0.0.1:${await freePort()}`
  const origin = 'https://site.test'
  const text = `login: ${origin}/login\norigins: [${origin}]\nnetworks: [loopback]\nca: |\n${authority.cert.trim().replace(/^/gm, '  ')}\n`
  const endpoints = `endpoints:\n  - address: ${server.address}\n  - address: ${dead}\n    clients: [10.0.0.0/8]\n`
  await relay.declarations.save('shop', text + endpoints)
  const site = relay.accounts.site('shop')
  if (site === undefined) return t.fail('it is enrolled')
  const browser = await relay.signedIn(relay.ann)
  t.match(readPage((await browser.get('/sites/shop')).body), /Not looked at: nobody uses the site/)
  ;(await relay.outbound.forward(site, get(origin))).body.resume()
  const api = async (token: string) => (await fetch(`${relay.portalUrl}/api/v1/sites/shop`, { headers: { authorization: `Bearer ${token}` } })).json()
  const states = async () => ((await api(relay.adminToken)) as { endpoints: { state: string }[] }).endpoints.map(({ state }) => state).join()
  await until(async () => (await states()) === 'up,down', 'both were looked at')
  t.match(await api(relay.adminToken), {
    endpoints: [
      { address: server.address, state: 'up', milliseconds: Number },
      { address: dead, clients: ['10.0.0.0/8'], state: 'down', problem: 'it refused the connection' },
    ],
  })
  const page = readPage((await browser.get('/sites/shop')).body)
  t.match(page, /Up, [\d.]+ ms/)
  t.match(page, /Down\s+first for 10\.0\.0\.0\/8\s+it refused the connection/)
  t.equal(((await api(relay.bob.device.token)) as { endpoints?: unknown }).endpoints, undefined)
  const metrics = await (await fetch(`${relay.portalUrl}/api/v1/metrics`, { headers: { authorization: `Bearer ${relay.adminToken}` } })).text()
  t.match(metrics, `login_relay_endpoint_up{site="shop",endpoint="${server.address}"} 1`)
  t.match(metrics, `login_relay_endpoint_up{site="shop",endpoint="${dead}"} 0`)
})
