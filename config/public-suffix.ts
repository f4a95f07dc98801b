import { isIP } from 'node:net'
import { parse } from 'tldts'

/**
 * Is this host a public suffix, by the ICANN and the private part of the list? `co.uk` and `github.io` are; a single label
 * that the list does not name (`localhost`, `intranet`) and an address are not.
 */
export function isPublicSuffix(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) return false
  const { publicSuffix, isIcann, isPrivate } = parse(bare, { allowPrivateDomains: true })
  return publicSuffix === bare && (isIcann === true || isPrivate === true)
}
