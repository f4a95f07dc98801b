import 'reflect-metadata'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { createOutbound, type Outbound, type UpstreamSettings } from '../../../relay/outbound/index.ts'
import { openSecret } from '../../../relay/vault/open-secret.ts'
import { until } from '../../until.ts'
import { createTestAuthority } from '../certificates.ts'
import { get, read, rejection } from '../outbound-for-test.ts'
import { startRawOrigin } from '../raw-origin.ts'
import { startHttpProxy, startSocksProxy } from './upstream-servers.ts'

const publicAddress = '93.184.216.34'

function outboundBy(t: Test, upstream: Partial<UpstreamSettings>, addresses: Record<string, readonly string[]> = {}): Outbound {
  const outbound = createOutbound({
    openSecret,
    lookup: async (host) => {
      const found = { 'site.test': [publicAddress], ...addresses }[host]
      if (found === undefined) throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' })
      return found
    },
    upstream: { resolve: 'relay', env: {}, ...upstream },
  })
  t.teardown(() => outbound.stop())
  return outbound
}

const kinds = [
  ['http', startHttpProxy],
  ['socks5', startSocksProxy],
] as const

const ok = (socket: Socket): void => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')

t.test('a public site is reached by the proxy, which is told the address that was checked', async (t) => {
  const authority = await createTestAuthority()
  const leaf = await authority.issue('site.test')
  const origin = await startRawOrigin(t, { tls: { cert: leaf.cert, key: leaf.key }, onData: ok })
  for (const [scheme, start] of kinds) {
    const proxy = await start(t, { to: origin.port, wants: 'ann:p@ss: word' })
    const outbound = outboundBy(t, {
      proxy: 'env:OFFICE',
      env: { LOGIN_RELAY_UPSTREAM_OFFICE: `${scheme}://ann:p%40ss%3A%20word@127.0.0.1:${proxy.port}` },
    })
    const site = { id: 'site', origins: ['https://site.test'], networks: ['public'] as const, ca: authority.cert }
    const answer = await outbound.forward(site, get('https://site.test'))
    t.equal(await read(answer.body), 'hi', scheme)
    t.strictSame(proxy.asked, [`${publicAddress}:443`])
    t.strictSame(proxy.credentials, ['ann:p@ss: word'])
    const stranger = { ...site, id: 'stranger', origins: ['https://other.test'] }
    const elsewhere = outboundBy(t, { proxy: `${scheme}://127.0.0.1:${proxy.port}` }, { 'other.test': [publicAddress] })
    t.match(await rejection(elsewhere.forward(stranger, get('https://other.test'))), { code: 'upstream_proxy_failed' }, 'without credentials')
  }
})

t.test('behind a proxy too a site proves its identity', async (t) => {
  const [authority, other] = [await createTestAuthority(), await createTestAuthority()]
  const leaf = await other.issue('site.test')
  const origin = await startRawOrigin(t, { tls: { cert: leaf.cert, key: leaf.key }, onData: ok })
  const proxy = await startHttpProxy(t, { to: origin.port })
  const outbound = outboundBy(t, { proxy: `http://127.0.0.1:${proxy.port}` })
  const site = { id: 'site', origins: ['https://site.test'], networks: ['public'] as const, ca: authority.cert }
  t.match(await rejection(outbound.forward(site, get('https://site.test'))), { code: 'site_tls' })
  t.strictSame(origin.received.join(''), '', 'and nothing was sent')
})

t.test('the rules for destinations hold on the way by a proxy', async (t) => {
  const origin = await startRawOrigin(t, { onData: ok })
  for (const [scheme, start] of kinds) {
    const proxy = await start(t, { to: origin.port })
    const outbound = outboundBy(t, { proxy: `${scheme}://127.0.0.1:${proxy.port}` }, { 'inside.test': ['10.0.0.1'], 'rebound.test': ['127.0.0.1'] })
    const by = `${scheme}://127.0.0.1:${proxy.port}`
    for (const host of ['inside.test', 'rebound.test', '169.254.169.254', '127.0.0.1', '::1'])
      t.match(await rejection(outbound.connect(host, 80)), { code: 'destination_refused' }, host)
    const site = { id: 'site', origins: ['http://rebound.test'], networks: ['public'] as const, upstreamProxy: by }
    t.match(await rejection(outbound.forward(site, get('http://rebound.test'))), { code: 'destination_refused' })
    outbound.refuseOwn([{ address: '127.0.0.1', port: proxy.port }])
    t.match(await rejection(outbound.connect('site.test', 80)), { code: 'upstream_proxy_failed' }, 'nor is the relay its own upstream')
    t.strictSame(proxy.asked, [])
  }
})

t.test('a tunnel to a public host passes, its bytes unread', async (t) => {
  const origin = await startRawOrigin(t, { onData: (socket, text) => void socket.write(text.toUpperCase()) })
  for (const [scheme, start] of kinds) {
    const proxy = await start(t, { to: origin.port })
    const outbound = outboundBy(t, { proxy: `${scheme}://127.0.0.1:${proxy.port}` })
    const socket = await outbound.connect('site.test', 8443)
    socket.write('hello')
    t.equal(String((await once(socket, 'data'))[0]), 'HELLO')
    t.strictSame(proxy.asked, [`${publicAddress}:8443`])
    socket.destroy()
  }
})

t.test('what is inside is reached directly, unless the site itself names a proxy; and a site may go directly', async (t) => {
  const origin = await startRawOrigin(t, { onData: ok })
  const proxy = await startSocksProxy(t, { to: origin.port })
  const by = `socks5://127.0.0.1:${proxy.port}`
  const outbound = outboundBy(t, { proxy: by }, { 'inside.test': ['127.0.0.1'] })
  const address = `http://inside.test:${origin.port}`
  const site = { id: 'site', origins: [address], networks: ['loopback'] as const }
  await read((await outbound.forward(site, get(address))).body)
  t.strictSame(proxy.asked, [])
  await read((await outbound.forward({ ...site, upstreamProxy: by }, get(address))).body)
  t.strictSame(proxy.asked, [`127.0.0.1:${origin.port}`])
  const direct = outbound.forward({ id: 'far', origins: ['http://site.test:1'], networks: ['private'], upstreamProxy: 'direct' }, get('http://site.test:1'))
  t.match(await rejection(direct), { code: 'destination_refused' }, 'by the rules of the direct way')
})

t.test('where the proxy looks names up it is told the name, and an address is checked all the same', async (t) => {
  const origin = await startRawOrigin(t, { onData: ok })
  for (const [scheme, start] of kinds) {
    const proxy = await start(t, { to: origin.port })
    const outbound = outboundBy(t, { proxy: `${scheme}://127.0.0.1:${proxy.port}`, resolve: 'proxy' })
    const site = { id: 'site', origins: ['http://unknown.test'], networks: ['public'] as const }
    t.equal(await read((await outbound.forward(site, get('http://unknown.test'))).body), 'hi')
    t.strictSame(proxy.asked, ['unknown.test:80'])
    t.match(await rejection(outbound.connect('10.0.0.1', 80)), { code: 'destination_refused' })
    t.strictSame(await outbound.networksOf('unknown.test'), ['public'])
  }
})

t.test('a proxy that refuses, is gone or is not set is said so, and no other way is taken', async (t) => {
  const origin = await startRawOrigin(t, { onData: ok })
  const nonsense = await startRawOrigin(t, { onData: (socket) => void socket.end('nonsense') })
  const proxy = await startSocksProxy(t, { to: origin.port, wants: 'ann:right' })
  const env = { LOGIN_RELAY_UPSTREAM_A: `socks5://ann:canary-wrong@127.0.0.1:${proxy.port}`, LOGIN_RELAY_UPSTREAM_B: 'canary-nonsense', OTHER: 'x' }
  for (const upstream of ['env:A', 'env:B', 'env:C', 'http://127.0.0.1:1', `http://127.0.0.1:${nonsense.port}`, `socks5://127.0.0.1:${nonsense.port}`]) {
    const error = await rejection(outboundBy(t, { proxy: upstream, env }).connect('site.test', 80))
    t.match(error, { code: 'upstream_proxy_failed' }, upstream)
    t.notMatch(`${error?.message} ${error?.detail}`, /canary/, 'and its password is not told')
  }
  t.strictSame(proxy.asked, [])
})

t.test('a connection that is given up on the way by a proxy is ended', async (t) => {
  const silent = await startRawOrigin(t, {})
  for (const scheme of ['http', 'socks5']) {
    const outbound = outboundBy(t, { proxy: `${scheme}://127.0.0.1:${silent.port}` })
    const ending = new AbortController()
    const asked = silent.sockets.length
    const waiting = rejection(outbound.connect('site.test', 80, ending.signal))
    await until(() => silent.sockets.length > asked && silent.received[asked] !== '', 'the proxy asked')
    const socket = silent.sockets[asked] as Socket
    ending.abort(new Error('given up'))
    t.match(await waiting, { message: 'given up' })
    if (!socket.destroyed) await once(socket, 'close')
  }
})
