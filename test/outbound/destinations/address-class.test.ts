import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { classifyAddress } from '../../../relay/outbound/destinations/address-class.ts'
import fc from '../../property.ts'

const vectors = join(import.meta.dirname, '../../../../shared/vectors/ssrf/addresses.json')

t.test(
  'no special-purpose address of the registries counts as public',
  { skip: !process.env.CI && !existsSync(vectors) && 'the vectors are not here' },
  async (t) => {
    const rows = JSON.parse(readFileSync(vectors, 'utf8')) as { address: string; special_use: boolean; range: string }[]
    t.ok(rows.length > 100)
    for (const { address, special_use, range } of rows) {
      const { class: found } = classifyAddress(address)
      if (special_use) t.not(found, 'public', `${address}: ${range}`)
      // Multicast, and IPv6 space that nobody was given, are refused beyond the list.
      else if (!/^(?:239\.|64:|100:|f[a-f]|fe|5f01)/i.test(address)) t.equal(found, 'public', `${address}: just outside ${range}`)
      else t.equal(found, 'refused', address)
    }
  },
)

t.test('each class by an example', async (t) => {
  const classes: Record<string, string> = {
    '8.8.8.8': 'public',
    '2606:4700::1': 'public',
    '10.1.2.3': 'private',
    '172.31.0.1': 'private',
    '192.168.1.1': 'private',
    '100.64.0.1': 'private',
    'fd12:3456::1': 'private',
    '127.0.0.1': 'loopback',
    '127.9.9.9': 'loopback',
    '::1': 'loopback',
    '169.254.1.1': 'link-local',
    'fe80::1': 'link-local',
    '169.254.169.254': 'refused',
    '169.254.170.2': 'refused',
    '100.100.100.200': 'refused',
    '192.0.0.192': 'refused',
    '168.63.129.16': 'refused',
    'fd00:ec2::254': 'refused',
    '0.0.0.0': 'refused',
    '::': 'refused',
    '224.0.0.1': 'refused',
    '255.255.255.255': 'refused',
    'ff02::1': 'refused',
    'fec0::1': 'refused',
  }
  for (const [address, expected] of Object.entries(classes)) t.equal(classifyAddress(address).class, expected, address)
})

t.test('an IPv4 address inside an IPv6 one does not hide', async (t) => {
  t.equal(classifyAddress('::ffff:127.0.0.1').class, 'loopback', 'IPv4-mapped')
  t.equal(classifyAddress('::ffff:a9fe:a9fe').class, 'refused', 'IPv4-mapped metadata')
  t.equal(classifyAddress('::ffff:8.8.8.8').class, 'public')
  t.equal(classifyAddress('64:ff9b::8.8.8.8').class, 'public', 'NAT64 of a public address')
  t.equal(classifyAddress('64:ff9b::127.0.0.1').class, 'refused', 'NAT64')
  t.equal(classifyAddress('64:ff9b::10.0.0.1').class, 'refused', 'NAT64 of a private address')
  t.equal(classifyAddress('64:ff9b:1::a9fe:a9fe').class, 'refused', 'local NAT64')
  t.equal(classifyAddress('::127.0.0.1').class, 'refused', 'IPv4-compatible')
  t.equal(classifyAddress('::ffff:0:127.0.0.1').class, 'refused', 'IPv4-translated')
  t.equal(classifyAddress('2002:7f00:1::').class, 'refused', '6to4')
  t.equal(classifyAddress('2001:0:7f00:1::').class, 'refused', 'Teredo')
})

t.test('what is no address in its standard spelling is refused', async (t) => {
  for (const text of ['', '127.1', '0177.0.0.1', '0x7f.0.0.1', '2130706433', '127.0.0.1.', '127.0.0.256', '::g', 'localhost', '[::1]']) {
    t.equal(classifyAddress(text).class, 'refused', text)
  }
  fc.assert(fc.property(fc.string(), (text) => classifyAddress(text).class === 'refused' || /^[\d.]+$|:/.test(text)))
})

t.test('an IPv4 address and its IPv4-mapped form are of one class', async () => {
  fc.assert(fc.property(fc.ipV4(), (address) => classifyAddress(address).class === classifyAddress(`::ffff:${address}`).class))
})
