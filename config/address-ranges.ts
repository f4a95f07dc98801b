import { isIP } from 'node:net'

/** Ranges of addresses with commas or spaces between them, none of which is everybody. */
export function areAddressRanges(text: string): boolean {
  return (
    text.trim() === '' ||
    text
      .trim()
      .split(/\s*,\s*|\s+/)
      .every(isRange)
  )
}

function isRange(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/([1-9]\d{0,2}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return false
  if (bits === undefined) return true
  // Of IPv4 mapped into IPv6, the first 96 bits are everybody of IPv4.
  return Number(bits) <= (version === 4 ? 32 : 128) && !(isMapped(address) && Number(bits) <= 96)
}

/** By way of the URL parser, which writes each address in one way. */
function isMapped(address: string): boolean {
  return address.includes(':') && /^\[::ffff:[^:]+:[^:]+\]$/.test(URL.parse(`http://[${address}]`)?.hostname ?? '')
}
