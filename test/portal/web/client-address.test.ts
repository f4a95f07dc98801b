import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { configSchema } from '../../../config/index.ts'
import { clientAddress, trustedProxies } from '../../../relay/portal/web/client-address.ts'
import { freePort } from '../../ports.ts'
import fc from '../../property.ts'
import { dialConnect, readAll } from '../../proxy/raw-client.ts'
import { startPortal } from '../start-portal.ts'

const port = 8470
const trusted = trustedProxies('192.0.2.0/24, 198.51.100.7 2001:db8:1::/48', () => port)

/** The address that a request is held to come from, by what the connection and the field say. */
function addressOf(peer: string, forwarded?: string, { localPort = port } = {}): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return clientAddress({ socket: { remoteAddress: peer, localPort } as never, headers }, trusted, false)
}

t.test('a trusted proxy is believed the last address that is none of the proxies, and nothing before it', async (t) => {
  const proxy = '192.0.2.1'
  const cases: [string, string | undefined, string][] = [
    [proxy, '203.0.113.9', '203.0.113.9'],
    ['::ffff:192.0.2.1', '203.0.113.9', '203.0.113.9'],
    ['2001:db8:1::5', '2001:DB8:0:0::9', '2001:db8::9'],
    [proxy, '::ffff:203.0.113.9', '203.0.113.9'],
    // What the client wrote stands before what the proxies saw.
    [proxy, '10.0.0.1, 127.0.0.1, 203.0.113.9', '203.0.113.9'],
    [proxy, '10.0.0.1,203.0.113.9 , 198.51.100.7,192.0.2.200', '203.0.113.9'],
    [proxy, '192.0.2.77, 203.0.113.9', '203.0.113.9'],
    [proxy, '203.0.113.9:4711', '203.0.113.9'],
    [proxy, '[2001:db8::9]:4711', '2001:db8::9'],
    [proxy, '[2001:db8::9]', '2001:db8::9'],
    // Nobody but proxies: the farthest of them.
    [proxy, '192.0.2.2, 192.0.2.3', '192.0.2.2'],
    [proxy, undefined, proxy],
    [proxy, '', proxy],
    [proxy, ' , ,', proxy],
    // What cannot be read counts for nothing, nor does what stands before it.
    [proxy, '203.0.113.9, unknown', proxy],
    [proxy, '203.0.113.9, _hidden, 198.51.100.7', '198.51.100.7'],
    [proxy, '203.0.113.9, 203.0.113.999', proxy],
    [proxy, 'for=203.0.113.9', proxy],
    [proxy, '203.0.113.9\u0000', proxy],
  ]
  for (const [peer, forwarded, expected] of cases) t.equal(addressOf(peer, forwarded), expected, `${peer}: ${forwarded}`)
})

t.test('from anybody else the field is passed over, and so it is on connections that came by the proxy of the relay itself', async (t) => {
  for (const peer of ['203.0.113.1', '::ffff:203.0.113.1', '192.0.3.1', '2001:db8:2::1', '::192.0.2.1', '127.0.0.1', ''])
    for (const forwarded of ['127.0.0.1', '192.0.2.1', '198.51.100.7, 192.0.2.1']) t.equal(addressOf(peer, forwarded), peer)
  t.equal(addressOf('192.0.2.1', '203.0.113.9', { localPort: 8471 }), '192.0.2.1')
  const mapped = trustedProxies('::ffff:192.0.2.0/120', () => port)
  t.same(['192.0.2.1', '::ffff:192.0.2.1', '192.0.3.1', '::1'].map(mapped.isTrusted), [true, true, false, false], 'however a proxy is written')
  const none = trustedProxies('', () => port)
  t.equal(
    clientAddress({ socket: { remoteAddress: '127.0.0.1', localPort: port } as never, headers: { 'x-forwarded-for': '1.1.1.1' } }, none, false),
    '127.0.0.1',
  )
})

t.test('though portal and proxy listen at one port of two addresses, what came by the proxy is believed nothing', async (t) => {
  const port = await freePort()
  const config = { portal: { listen: `127.0.0.1:${port}`, trustedProxies: '127.0.0.1' }, proxy: { listen: `127.0.0.2:${port}` } }
  const { ann, bob, grants } = await startPortal(t, { config })
  await grants.add(ann.account, { kind: 'user', id: bob.user.id, name: 'bob' }, { networks: ['203.0.113.0/24'] })
  const authorization = `Basic ${Buffer.from(`${bob.device.name}:${bob.device.token}`).toString('base64')}`
  const get = (target: string) =>
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nProxy-Authorization: ${authorization}\r\nAuthorization: Bearer ${bob.device.token}\r\nX-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n`
  const ask = async (socket: Socket, target = '/api/v1/lent') => {
    socket.write(get(target))
    return (await readAll(socket)).text
  }
  const answers = async () => [
    await ask(connect(port, '127.0.0.1')),
    await ask(connect(port, '127.0.0.2'), `http://127.0.0.1:${port}/api/v1/lent`),
    await ask(await dialConnect({ host: '127.0.0.2', port, authorization }, `127.0.0.1:${port}`)),
  ]
  const rules = (await answers()).map((text) => /"rule":"([^"]+)"/.exec(text)?.[1])
  t.strictSame(rules, ['granted', 'outside-networks', 'outside-networks'])
})

t.test('whatever the field holds, the address is the connection’s, or one that stands behind the last the proxies did not write', async () => {
  const hop = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 12 }), fc.constantFrom('192.0.2.9', '198.51.100.7', 'unknown', '[::1]:80', '127.0.0.1'))
  fc.assert(
    fc.property(fc.array(hop, { maxLength: 8 }), fc.ipV4(), (spoofed, seen) => {
      fc.pre(!trusted.isTrusted(seen))
      // An honest proxy adds what it sees; before it the client writes what it likes.
      return (
        addressOf('192.0.2.1', [...spoofed, seen].join(', ')) === addressOf('192.0.2.1', seen) && addressOf('203.0.113.1', spoofed.join()) === '203.0.113.1'
      )
    }),
  )
})

t.test('ranges that cannot be read, or are everybody, are refused in the configuration', async (t) => {
  const parse = (trustedProxies: unknown) => configSchema.safeParse({ portal: { trustedProxies } }).success
  for (const good of ['127.0.0.1', '127.0.0.1, 10.0.0.0/8', '::1 2001:db8::/32', '::ffff:127.0.0.1, ::ffff:10.0.0.0/104', '::ffff:0:1:2/64', ''])
    t.ok(parse(good), good)
  for (const bad of [
    '0.0.0.0/0',
    '::/0',
    '10.1/8',
    '10.0.0.0/33',
    '::1/129',
    'localhost',
    '10.0.0.1,,10.0.0.2',
    '*',
    'fe80::1%eth0',
    '10.0.0.0/08',
    '::ffff:0:0/96',
    '::FFFF:10.0.0.0/8',
    1,
  ])
    t.notOk(parse(bad), String(bad))
})

t.test('grants, the record and the throttle go by the address that a trusted proxy tells, and by no other', async (t) => {
  const relay = await startPortal(t, { config: { portal: { trustedProxies: '127.0.0.1' } } })
  const { ann, bob } = relay
  await relay.grants.add(ann.account, { kind: 'user', id: bob.user.id, name: 'bob' }, { networks: ['203.0.113.0/24'] })
  const lent = async (headers: Readonly<Record<string, string>>, from?: string) => {
    const answer = await getFrom(from, `${relay.portalUrl}/api/v1/lent`, { authorization: `Bearer ${bob.device.token}`, ...headers })
    return (JSON.parse(answer) as { rule: string }[]).map(({ rule }) => rule)
  }
  t.strictSame(await lent({ 'x-forwarded-for': '203.0.113.9' }), ['granted'])
  t.strictSame(await lent({ 'x-forwarded-for': '10.0.0.1, 203.0.113.9' }), ['granted'])
  t.strictSame(await lent({ 'x-forwarded-for': '203.0.113.9, 198.51.100.9' }), ['outside-networks'], 'what the client wrote itself')
  t.strictSame(await lent({ forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }), ['outside-networks'], 'fields that nobody vouches for')
  t.strictSame(await lent({ 'x-forwarded-for': '203.0.113.9' }, '127.0.0.2'), ['outside-networks'], 'another peer than the proxy')
  const { host, port } = relay.proxyAddress
  const authorization = `Basic ${Buffer.from(`${bob.device.name}:${bob.device.token}`).toString('base64')}`
  const tunnel = await dialConnect({ host, port, authorization }, relay.portal.address)
  const head = `GET /api/v1/lent HTTP/1.1\r\nHost: ${relay.portal.address}\r\nAuthorization: Bearer ${bob.device.token}\r\n`
  tunnel.write(`${head}X-Forwarded-For: 203.0.113.9\r\nConnection: close\r\n\r\n`)
  t.match((await readAll(tunnel)).text, /"rule":"outside-networks"/, 'a tunnel of the relay’s own proxy, which begins at a trusted address')

  let guesses = 0
  const guess = async (from: string) => {
    const headers = { 'x-forwarded-for': from }
    const browser = relay.visitor()
    await browser.get('/sign-in', headers)
    return (await browser.post('/sign-in', { name: `nobody${guesses++}`, password: 'a wrong one', next: '/' }, { headers })).status
  }
  let last = 0
  for (let tries = 0; tries < 12 && last !== 429; tries++) last = await guess(`10.9.8.${tries}, 198.51.100.1`)
  t.equal(last, 429, 'one address is held back, whatever it writes before its own')
  t.equal(await guess('198.51.100.2'), 401, 'and others are not')
  const records = []
  for await (const record of relay.audit.newest()) records.push(record.from?.address)
  t.ok(records.includes('198.51.100.1'))
  t.notOk(records.some((address) => address?.startsWith('10.')))
})

function getFrom(localAddress: string | undefined, url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, ...(localAddress === undefined ? {} : { localAddress }) }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk)
      resolve(Buffer.concat(chunks).toString())
    })
    asked.on('error', reject).end()
  })
}
