import t from 'tap'
import { readHost } from '../../relay/outbound/destinations/host.ts'
import { createOwnListeners } from '../../relay/outbound/destinations/own-listeners.ts'
import { resolveDestination } from '../../relay/outbound/destinations/resolve.ts'
import { createOutbound, type Destination } from '../../relay/outbound/index.ts'
import { get, read, rejection } from '../outbound/outbound-for-test.ts'
import { answering, startRawOrigin } from '../outbound/raw-origin.ts'

const ok = answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok')

t.test('a name that was public when its site was enrolled and leads to loopback now is refused', async (t) => {
  const site = await startRawOrigin(t, { onData: ok })
  const answers = [['8.8.8.8'], ['127.0.0.1'], ['::1'], ['10.0.0.1'], ['169.254.169.254']]
  const outbound = createOutbound({ openSecret: () => '', lookup: async () => answers.shift() ?? [] })
  t.teardown(() => outbound.stop())
  const networks = await outbound.networksOf('rebind.test')
  t.strictSame(networks, ['public'], 'as it was enrolled')
  const origin = `http://rebind.test:${site.port}`
  const destination: Destination = { id: 'site', origins: [origin], networks }
  for (const seen of ['a loopback address', 'a loopback address', 'a private address', 'a cloud metadata address']) {
    t.match(await rejection(outbound.forward(destination, get(origin))), { code: 'destination_refused', message: seen })
  }
  t.equal(site.accepted, 0)
})

t.test('the addresses that were checked are the ones connected to: one look-up a connection', async (t) => {
  const site = await startRawOrigin(t, { onData: ok })
  let lookups = 0
  const outbound = createOutbound({
    openSecret: () => '',
    lookup: async () => {
      lookups++
      return ['127.0.0.1']
    },
  })
  t.teardown(() => outbound.stop())
  const origin = `http://name-that-no-resolver-knows.test:${site.port}`
  const destination: Destination = { id: 'site', origins: [origin], networks: ['loopback'] }
  await read((await outbound.forward(destination, get(origin))).body)
  t.equal(lookups, 1)
  await read((await outbound.forward(destination, get(origin))).body)
  t.equal(lookups, 2, 'and a new connection is checked anew')
})

t.test('among several addresses only the allowed ones are left', async (t) => {
  const own = createOwnListeners()
  const signal = AbortSignal.timeout(1000)
  const lookup = async () => ['127.0.0.1', '8.8.8.8', '::ffff:10.0.0.1', '169.254.169.254', '2606:4700::1', 'fd00::1']
  const options = { lookup, own, signal }
  const tunnel = await resolveDestination(readHost('many.test'), 443, { kind: 'tunnel' }, options)
  t.strictSame(tunnel, [
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1', family: 6 },
  ])
  const inside = await resolveDestination(readHost('many.test'), 443, { kind: 'site', networks: ['private'], isLiteral: false }, options)
  t.strictSame(
    inside.map(({ address }) => address),
    ['::ffff:10.0.0.1', 'fd00::1'],
  )
})

t.test('a link-local address is reached only where the origin is that very address', async (t) => {
  const options = { lookup: async () => ['169.254.7.7'], own: createOwnListeners(), signal: AbortSignal.timeout(1000) }
  const rule = { kind: 'site', networks: ['private'] } as const
  const named = resolveDestination(readHost('name.test'), 80, { ...rule, isLiteral: false }, options)
  t.match(await rejection(named), { code: 'destination_refused', message: /link-local/ })
  const literal = await resolveDestination(readHost('169.254.7.7'), 80, { ...rule, isLiteral: true }, options)
  t.strictSame(literal, [{ address: '169.254.7.7', family: 4 }])
  const metadata = resolveDestination(readHost('169.254.169.254'), 80, { ...rule, isLiteral: true }, options)
  t.match(await rejection(metadata), { code: 'destination_refused' }, 'metadata never')
})
