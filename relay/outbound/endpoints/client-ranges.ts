import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Endpoint } from './contract.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Range = readonly [network: Address, bits: number]

/** What stands before an address of IPv4 that is mapped into IPv6 (RFC 4291 section 2.5.5.2). */
const mappedBits = 96

/**
 * Undefined: that is no range of addresses. A single address is a range of its own. A range that is mapped into IPv6 is one of IPv4, as are the
 * clients in it; one that is wider than all that is mapped is none.
 */
export function readRange(text: string): Range | undefined {
  const [, base = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const network = readAddress(base)
  if (network === undefined) return undefined
  const width = network.kind() === 'ipv4' ? 32 : 128
  const bits = digits === undefined ? width : Number(digits)
  if (bits > width) return undefined
  if (!(network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress())) return [network, bits]
  return bits < mappedBits ? undefined : [network.toIPv4Address(), bits - mappedBits]
}

const ranges = new WeakMap<Endpoint, readonly Range[]>()

/** How narrow the narrowest of an endpoint's ranges is that holds this client: its bits; undefined: none does. */
export function narrowestRange(endpoint: Endpoint, client: Address): number | undefined {
  let known = ranges.get(endpoint)
  if (known === undefined) {
    known = rangesOf(endpoint)
    ranges.set(endpoint, known)
  }
  let narrowest: number | undefined
  for (const [network, bits] of known) {
    if (network.kind() !== client.kind() || (narrowest !== undefined && bits <= narrowest)) continue
    if (client.match(network as ipaddr.IPv6, bits)) narrowest = bits
  }
  return narrowest
}

function rangesOf({ clients = [] }: Endpoint): Range[] {
  return clients.flatMap((text) => {
    const range = readRange(text)
    return range === undefined ? [] : [range]
  })
}

/** A client's address as its socket tells it: one that is mapped into IPv6 is one of IPv4. Undefined: it is not known. */
export function readClient(text: string | undefined): Address | undefined {
  const address = readAddress(text?.replace(/%.*$/, '') ?? '')
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

function readAddress(text: string): Address | undefined {
  if (isIPv4(text)) return ipaddr.IPv4.parse(text)
  // By way of the URL parser, which compresses it: ipaddr.js takes `::127.0.0.1` for IPv4-mapped, and it is not.
  const plain = isIPv6(text) ? URL.parse(`http://[${text}]`)?.hostname.slice(1, -1) : undefined
  return plain === undefined ? undefined : ipaddr.IPv6.parse(plain)
}
