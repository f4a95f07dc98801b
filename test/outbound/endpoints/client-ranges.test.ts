import { BlockList, isIPv4 } from 'node:net'
import t from 'tap'
import { fastest, nearest } from '../../../relay/outbound/endpoints/choose-endpoint.ts'
import { narrowestRange, readClient, readRange } from '../../../relay/outbound/endpoints/client-ranges.ts'
import { readEndpointAddress } from '../../../relay/outbound/endpoints/endpoint-address.ts'
import fc from '../../property.ts'

const range4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`)
const range6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, bits]) => `${address}/${bits}`)
/** An address that shares its beginning with the range, more often than not. */
const near = fc.tuple(range4, fc.ipV4()).map(([range, other]) => ({ range, client: mixed(range, other) }))
const anything = fc.record({ range: fc.oneof(range4, range6), client: fc.oneof(fc.ipV4(), fc.ipV6()) })

function mixed(range: string, other: string): string {
  const [base = '', bits = '0'] = range.split('/')
  const [a, b] = [base, other].map((text) => text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)) as [bigint, bigint]
  const own = 32n - BigInt(bits)
  const address = ((a >> own) << own) | (b & ((1n << own) - 1n))
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.')
}

/** What Node makes of it, which is another program. */
function isInside(range: string, client: string): boolean {
  const list = new BlockList()
  const [base = '', bits] = range.split('/')
  list.addSubnet(base, Number(bits), isIPv4(base) ? 'ipv4' : 'ipv6')
  return isIPv4(client) === isIPv4(base) && list.check(client, isIPv4(client) ? 'ipv4' : 'ipv6')
}

t.test('a range holds the addresses that begin with its bits, and no others', async (t) => {
  let held = 0
  fc.assert(
    fc.property(fc.oneof(near, anything), ({ range, client }) => {
      // Mapped into IPv6 an address is one of IPv4, here as on a socket.
      fc.pre(isIPv4(client) || !/^(?:0*:)*:?ffff:/i.test(client))
      const address = readClient(client)
      const bits = address && narrowestRange({ address: 'a', clients: [range] }, address)
      const isHeld = isInside(range, client)
      held += Number(isHeld)
      return (bits !== undefined) === isHeld && (bits === undefined || bits === Number(range.split('/')[1]))
    }),
    { numRuns: 2000 },
  )
  t.ok(held > 200, 'both happened often')
})

t.test('of several ranges the narrowest that holds the client counts', async () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(near, anything), { minLength: 1, maxLength: 5 }), (all) => {
      const client = readClient(all[0]?.client)
      const clients = all.map(({ range }) => range)
      const widths = clients.filter((range) => isInside(range, client?.toString() ?? '')).map((range) => Number(range.split('/')[1]))
      return (client && narrowestRange({ address: 'a', clients }, client)) === (widths.length === 0 ? undefined : Math.max(...widths))
    }),
  )
})

t.test('a range that is mapped into IPv6 holds the clients of IPv4 in it', async (t) => {
  const holds = (range: string, client: string) => {
    const read = readClient(client)
    return read !== undefined && narrowestRange({ address: 'a', clients: [range] }, read)
  }
  for (const client of ['127.0.0.1', '::ffff:127.0.0.1']) {
    t.equal(holds('::ffff:127.0.0.1', client), 32)
    t.equal(holds('::ffff:7f00:0/104', client), 8)
    t.equal(holds('::ffff:127.0.0.2', client), undefined)
  }
})

t.test('what is no range is none', async (t) => {
  for (const text of ['', '10.0.0.0/33', '10.0.0/8', '010.0.0.1', '::/129', 'fe80::1%eth0', '10.0.0.0/-1', '10.0.0.0/ 8', 'any', '10.0.0.0/8/8']) {
    t.equal(readRange(text), undefined, text)
  }
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '192.0.2.1', '2001:db8::/32', '::1']) t.ok(readRange(text), text)
  for (const text of ['::ffff:0:0/95', '::ffff:127.0.0.1/8', '::ffff:10.0.0.0/0']) t.equal(readRange(text), undefined, text)
  t.equal(readClient('unix socket'), undefined)
  t.equal(readClient('fe80::1%eth0')?.toString(), 'fe80::1')
})

t.test('an address of an endpoint is a host, with a port where one is named', async (t) => {
  const read = (text: string) => {
    const { host, port } = readEndpointAddress(text)
    return [host.name, port]
  }
  t.strictSame(read('erp-east.example.com:8443'), ['erp-east.example.com', 8443])
  t.strictSame(read('10.9.0.4'), ['10.9.0.4', undefined])
  t.strictSame(read('[2001:db8::1]:444'), ['2001:db8::1', 444])
  t.strictSame(read('2001:db8::1'), ['2001:db8::1', undefined])
  t.strictSame(read('2001:db8::1:444'), ['2001:db8::1:444', undefined], 'without brackets all of it is the address')
  for (const text of ['', 'host:0', 'host:65536', 'host:x', 'https://host', 'host/path', 'user@host', 'a b', '[::1', 'host:1:2', '0x7f000001']) {
    t.throws(() => readEndpointAddress(text), { code: 'destination_refused' }, text)
  }
})

t.test('of equals the fastest is taken, and the one of the last time unless another is clearly faster', async (t) => {
  const candidate = (address: string, milliseconds?: number, state: 'up' | 'down' | 'unknown' = 'up', clients?: string[]) => ({
    endpoint: { address, ...(clients === undefined ? {} : { clients }) },
    state,
    milliseconds,
  })
  const first = (...given: Parameters<typeof fastest>) => fastest(...given)?.endpoint.address
  t.equal(first([candidate('a', 20), candidate('b', 10)], undefined), 'b')
  t.equal(first([candidate('a', 11), candidate('b', 10)], 'a'), 'a')
  t.equal(first([candidate('a', 4), candidate('b', 2)], 'a'), 'a', 'two milliseconds are nothing')
  t.equal(first([candidate('a', 40), candidate('b', 10)], 'a'), 'b')
  t.equal(first([candidate('a'), candidate('b', 900)], 'a'), 'b', 'one that was measured comes first')
  t.equal(first([candidate('a'), candidate('b')], undefined), 'a', 'the order of the declaration')
  t.equal(first([], 'a'), undefined)
  const addresses = (...given: Parameters<typeof nearest>) => nearest(...given).map(({ endpoint }) => endpoint.address)
  const all = [candidate('far', 1, 'up', ['172.16.0.0/12']), candidate('plain', 9), candidate('near', 50, 'up', ['10.0.0.0/8'])]
  t.strictSame(addresses(all, '10.1.1.1'), ['near'])
  t.strictSame(addresses(all, '192.0.2.1'), ['plain'])
  t.strictSame(addresses([candidate('near', 50, 'down', ['10.0.0.0/8']), candidate('far', 1, 'up', ['172.16.0.0/12'])], '10.1.1.1'), ['far'])
  t.strictSame(addresses([candidate('near', 50, 'down', ['10.0.0.0/8']), candidate('plain', 1, 'down')], '10.1.1.1'), ['near'], 'all are down')
})
