import { RelayError } from '../../errors.ts'
import type { CookieKind, Site } from '../contract.ts'

/** In order of what leaves the relay. */
export const cookieKinds: readonly CookieKind[] = ['managed', 'phantom', 'copied', 'relayed', 'suppressed']

/** What a site's declaration says of its cookies. */
export interface CookieRules {
  /** The exact name's word, else that of the longest beginning. Undefined: nothing is said of it. */
  kindOf(name: string): CookieKind | undefined
}

const mostRules = 200
/** RFC 6265 section 4.1.1 asks for a token; browsers take more. A star stands at the end alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not stand in a name
const nameForm = /^(?:[^\x00-\x20\x7f-\uffff;,="*]{1,256}\*?|\*)$/
const rulesOf = new WeakMap<NonNullable<Site['cookies']>, CookieRules>()

/** Undefined, at no cost, for a site that says nothing of them. */
export function cookieRules({ cookies }: Pick<Site, 'cookies'>): CookieRules | undefined {
  if (cookies === undefined) return undefined
  const known = rulesOf.get(cookies)
  if (known !== undefined) return known
  const rules = readRules(cookies)
  rulesOf.set(cookies, rules)
  return rules
}

/** `bad_request`. */
export function checkCookies(cookies: NonNullable<Site['cookies']>): void {
  const entries = Object.entries(cookies)
  if (entries.length > mostRules) reject(`a site says something of ${mostRules} cookies at most`)
  for (const [name, kind] of entries) {
    if (!nameForm.test(name)) reject('the name of a cookie is one as it stands in Set-Cookie, or its beginning and a star')
    if (!cookieKinds.includes(kind)) reject(`a cookie is ${cookieKinds.join(', ')}`)
  }
}

function readRules(cookies: NonNullable<Site['cookies']>): CookieRules {
  const exact = new Map<string, CookieKind>()
  const beginnings: [string, CookieKind][] = []
  for (const [name, kind] of Object.entries(cookies)) {
    if (name.endsWith('*')) beginnings.push([name.slice(0, -1), kind])
    else exact.set(name, kind)
  }
  beginnings.sort(([one], [other]) => other.length - one.length)
  return { kindOf: (name) => exact.get(name) ?? beginnings.find(([beginning]) => name.startsWith(beginning))?.[1] }
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
