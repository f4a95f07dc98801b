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
  return version !== 0 && !address.includes('%') && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))
}
