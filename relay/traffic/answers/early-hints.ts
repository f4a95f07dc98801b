import type { SiteRequest } from '../site-request.ts'

/** Of one request: as many hints, and in all as many characters. They are written whether the client reads or not. */
const [mostHints, mostCharacters] = [8, 16_384]

/**
 * One link (RFC 8288 section 3): an address, and parameters of words or quoted words. Sites write no other into hints, and Node throws
 * at some of those that the standard knows besides.
 */
const link = /^<[\x21\x23-\x3b\x3d\x3f-\x7e]+>(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:=(?:"[\x21\x23-\x3a\x3c-\x7e]*"|[!#$%&'*+./:^_`|~0-9A-Za-z-]+))?)*$/
/**
 * Passes a site's early hints on, its links alone: what the client can fetch while the site makes the answer. Undefined where there is
 * nobody to tell: HTTP/1.0 knows no interim answers (RFC 9110 section 15.2), and of clients of HTTP/1.1 it is browsers that read them,
 * while some libraries take the first head that comes for the answer (RFC 8297 section 3).
 */
export function earlyHintsTo({ req, res, head, sender, upgrade }: SiteRequest): ((links: readonly string[]) => void) | undefined {
  // Elsewhere the links would have to be those of another host.
  if (upgrade !== undefined || !sender.isAtOrigin) return undefined
  if (req.httpVersion !== '2.0' && (req.httpVersion !== '1.1' || head.fetchSite === undefined)) return undefined
  let hints = 0
  let room = mostCharacters
  return (values) => {
    room -= values.reduce((sum, { length }) => sum + length, 0)
    // Behind an earlier answer Node would put it after the head of this one.
    if (++hints > mostHints || room < 0 || res.headersSent || res.destroyed || res.socket === null) return
    const links = values.flatMap(linksIn).filter((one) => link.test(one))
    if (links.length > 0) res.writeEarlyHints({ link: links })
  }
}

/** The links of one value: parted by commas, other than those in an address or in quotes. */
function linksIn(value: string): string[] {
  const found: string[] = []
  let [begun, closing] = [0, '']
  for (let at = 0; at < value.length; at++) {
    const character = value[at] as string
    if (closing !== '') closing = character === closing ? '' : closing
    else if (character === '<') closing = '>'
    else if (character === '"') closing = '"'
    else if (character === ',') {
      found.push(value.slice(begun, at).trim())
      begun = at + 1
    }
  }
  return [...found, value.slice(begun).trim()]
}
