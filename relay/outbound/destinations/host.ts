import { isIPv4, isIPv6 } from 'node:net'
import { RelayError } from '../../errors.ts'

/** A host that may be connected to: a name to look up, or an address that needs no look-up. */
export interface Host {
  /** As it stands in errors. */
  readonly text: string
  /** Without brackets; lower case. */
  readonly name: string
  readonly isAddress: boolean
}

// RFC 1123 section 2.1 letters, digits and hyphens; the underscore because intranets have it.
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
// WHATWG URL "ends in a number": such a host is an IPv4 address in some spelling or nothing.
const number = /^(?:\d+|0x[0-9a-f]*)$/

/**
 * Reads a host as it stands in an origin or in a CONNECT target (RFC 9110 section 7.2), before any name is looked up.
 * Other spellings of an address (decimal, octal, hex, short), percent-encoding, zone ids and non-ASCII letters are refused:
 * a URL parser has turned them into the standard form already, and elsewhere they stand for nothing good.
 */
export function readHost(text: string): Host {
  const lower = text.toLowerCase()
  if (isIPv4(lower)) return { text, name: lower, isAddress: true }
  const address6 = lower.startsWith('[') && lower.endsWith(']') ? lower.slice(1, -1) : lower
  if (isIPv6(address6) && !address6.includes('%')) return { text, name: address6, isAddress: true }
  const labels = (lower.endsWith('.') ? lower.slice(0, -1) : lower).split('.')
  if (lower.length > 254 || !labels.every((part) => label.test(part)) || number.test(labels.at(-1) ?? '')) {
    throw new RelayError('destination_refused', { params: { host: text, reason: 'that is not a valid host name' } })
  }
  return { text, name: lower, isAddress: false }
}
