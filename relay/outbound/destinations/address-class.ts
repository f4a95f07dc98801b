import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What an address is, as far as connecting to it goes. */
export type AddressClass =
  /** Globally reachable. */
  | 'public'
  /** RFC 1918, RFC 4193 and shared address space (RFC 6598). */
  | 'private'
  | 'loopback'
  /** RFC 3927, RFC 4291: only where an enrolled origin names the very address. */
  | 'link-local'
  /** Never connected to. */
  | 'refused'

export interface ClassifiedAddress {
  readonly address: string
  readonly class: AddressClass
  /** What the address is, in words for an error. */
  readonly words: string
}

type Range = readonly [range: string, addressClass: AddressClass, words: string]

/**
 * The IANA special-purpose address registries (RFC 6890 and its updates), the first match decides. Whatever hands out a
 * cloud machine's credentials stands first, whichever range it hides in.
 */
const ranges4: readonly Range[] = [
  ['169.254.169.254/32', 'refused', 'a cloud metadata address'],
  ['169.254.170.2/32', 'refused', 'a cloud metadata address'],
  ['169.254.170.23/32', 'refused', 'a cloud metadata address'],
  ['100.100.100.200/32', 'refused', 'a cloud metadata address'],
  ['192.0.0.192/32', 'refused', 'a cloud metadata address'],
  ['168.63.129.16/32', 'refused', 'a cloud metadata address'],
  ['0.0.0.0/8', 'refused', 'an unspecified address'],
  ['10.0.0.0/8', 'private', 'a private address'],
  ['100.64.0.0/10', 'private', 'a private address'],
  ['127.0.0.0/8', 'loopback', 'a loopback address'],
  ['169.254.0.0/16', 'link-local', 'a link-local address'],
  ['172.16.0.0/12', 'private', 'a private address'],
  ['192.0.0.0/24', 'refused', 'a reserved address'],
  ['192.0.2.0/24', 'refused', 'a documentation address'],
  ['192.31.196.0/24', 'refused', 'a reserved address'],
  ['192.52.193.0/24', 'refused', 'a reserved address'],
  ['192.88.99.0/24', 'refused', 'a reserved address'],
  ['192.168.0.0/16', 'private', 'a private address'],
  ['192.175.48.0/24', 'refused', 'a reserved address'],
  ['198.18.0.0/15', 'refused', 'a benchmarking address'],
  ['198.51.100.0/24', 'refused', 'a documentation address'],
  ['203.0.113.0/24', 'refused', 'a documentation address'],
  ['224.0.0.0/4', 'refused', 'a multicast address'],
  ['240.0.0.0/4', 'refused', 'a reserved address'],
  ['0.0.0.0/0', 'public', 'a public address'],
]

/** Of IPv6 only 2000::/3 is given out for global use: what is not listed and not in it is refused. */
const ranges6: readonly Range[] = [
  ['fd00:ec2::254/128', 'refused', 'a cloud metadata address'],
  ['fd00:ec2::23/128', 'refused', 'a cloud metadata address'],
  ['fd20:ce::254/128', 'refused', 'a cloud metadata address'],
  ['::/128', 'refused', 'an unspecified address'],
  ['::1/128', 'loopback', 'a loopback address'],
  ['fc00::/7', 'private', 'a private address'],
  ['fe80::/10', 'link-local', 'a link-local address'],
  ['ff00::/8', 'refused', 'a multicast address'],
  // Teredo, benchmarking, ORCHID and the rest of the IETF's block.
  ['2001::/23', 'refused', 'a reserved address'],
  ['2001:db8::/32', 'refused', 'a documentation address'],
  ['2002::/16', 'refused', 'a 6to4 address'],
  ['2620:4f:8000::/48', 'refused', 'a reserved address'],
  ['3fff::/20', 'refused', 'a documentation address'],
  ['2000::/3', 'public', 'a public address'],
  ['::/0', 'refused', 'a reserved address'],
]

const table4 = ranges4.map(([range, ...rest]) => [ipaddr.IPv4.parseCIDR(range), ...rest] as const)
const table6 = ranges6.map(([range, ...rest]) => [ipaddr.IPv6.parseCIDR(range), ...rest] as const)
const mapped = ipaddr.IPv6.parseCIDR('::ffff:0:0/96')
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** Classifies an address in its standard spelling (as `net.isIP` takes it). Anything else is refused. */
export function classifyAddress(address: string): ClassifiedAddress {
  if (isIPv4(address)) return { address, ...lookUp(table4, ipaddr.IPv4.parse(address)) }
  // By way of the URL parser, which compresses it: ipaddr.js takes `::127.0.0.1` for IPv4-mapped, and it is not.
  const text = isIPv6(address) ? URL.parse(`http://[${address}]`)?.hostname.slice(1, -1) : undefined
  if (text === undefined) return { address, class: 'refused', words: 'not an address' }
  const parsed6 = ipaddr.IPv6.parse(text)
  // A connection to an IPv4-mapped address is an IPv4 connection (RFC 4291 section 2.5.5.2).
  if (parsed6.match(mapped)) return { ...classifyAddress(embedded4(parsed6)), address }
  // What a NAT64 translates to a public address is a public address (DNS64 makes these, RFC 6147); it is no way inside.
  if (parsed6.match(nat64)) {
    const inner = classifyAddress(embedded4(parsed6))
    return inner.class === 'public' ? { ...inner, address } : { address, class: 'refused', words: `NAT64 of ${inner.words}` }
  }
  return { address, ...lookUp(table6, parsed6) }
}

function lookUp<Address extends ipaddr.IPv4 | ipaddr.IPv6>(
  table: readonly (readonly [[Address, number], AddressClass, string])[],
  address: Address,
): { class: AddressClass; words: string } {
  const row = table.find(([range]) => address.match(range))
  return row === undefined ? { class: 'refused', words: 'a reserved address' } : { class: row[1], words: row[2] }
}

function embedded4(address: ipaddr.IPv6): string {
  return address.toByteArray().slice(12).join('.')
}
