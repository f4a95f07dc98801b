import { request } from 'node:http'
import t from 'tap'
import { startPortal } from '../portal/start-portal.ts'

/** Sends a request with a Host header of one's choice. */
function ask(portalUrl: string, path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(portalUrl)
  return new Promise((resolve, reject) => {
    const sent = request({ host: hostname, port, path, headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        body += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

t.test('a page whose name was turned to this address gets nothing (DNS rebinding)', async (t) => {
  const relay = await startPortal(t)
  const { port } = new URL(relay.portalUrl)
  for (const path of ['/', '/sign-in', '/api/v1/health', '/api/v1/ca.pem', '/proxy.pac', '/nowhere', '/assets/x']) {
    const { status, body } = await ask(relay.portalUrl, path, { host: `evil.example:${port}` })
    t.equal(status, 421, path)
    t.notMatch(body, /BEGIN CERTIFICATE|FindProxy/)
  }
  t.equal((await ask(relay.portalUrl, '/api/v1/me', { host: 'evil.example', authorization: `Bearer ${relay.adminToken}` })).status, 421)
  t.equal((await ask(relay.portalUrl, '/api/v1/health', { host: `localhost:${port}` })).status, 200)
})

t.test('the public name is taken where one is set, and links carry it', async (t) => {
  const relay = await startPortal(t, { config: { portal: { publicUrl: 'https://relay.example.com/' } } })
  t.equal(relay.portal.url(), 'https://relay.example.com')
  t.equal((await ask(`http://${relay.portal.address}`, '/api/v1/health', { host: 'relay.example.com' })).status, 200)
  t.equal((await ask(`http://${relay.portal.address}`, '/api/v1/health', { host: 'relay.example.org' })).status, 421)
})

t.test("the local administrator's token is taken from this machine alone, and not from a proxy on it", async (t) => {
  const relay = await startPortal(t)
  const authorization = `Bearer ${relay.adminToken}`
  const { host } = new URL(relay.portalUrl)
  t.equal((await ask(relay.portalUrl, '/api/v1/me', { host, authorization })).status, 200)
  for (const brought of [{ 'x-forwarded-for': '203.0.113.9' }, { forwarded: 'for=203.0.113.9' }, { via: '1.1 proxy' }]) {
    t.equal((await ask(relay.portalUrl, '/api/v1/me', { host, authorization, ...brought })).status, 401, JSON.stringify(brought))
  }
  const elsewhere = await relay.portal.inject({ url: '/api/v1/me', headers: { host, authorization }, remoteAddress: '203.0.113.9' })
  t.equal(elsewhere.statusCode, 401)
  const here = await relay.portal.inject({ url: '/api/v1/me', headers: { host, authorization }, remoteAddress: '::1' })
  t.equal(here.statusCode, 200)
})

t.test('no part and no change of the token is taken', async (t) => {
  const relay = await startPortal(t)
  const { host } = new URL(relay.portalUrl)
  const { adminToken } = relay
  for (const token of [adminToken.slice(0, -1), `${adminToken}x`, adminToken.toUpperCase(), 'x'.repeat(adminToken.length), 'lra_']) {
    t.equal((await ask(relay.portalUrl, '/api/v1/me', { host, authorization: `Bearer ${token}` })).status, 401)
  }
})
