import { type CookieKind, cookieRules, type Site } from '../../accounts/index.ts'
import type { HandedCookie } from '../../sessions/index.ts'
import { isGivenToken, rememberToken } from './given-tokens.ts'
import { isForgeryToken, kindOf } from './kind-of.ts'
import { cookieName, cookieValue, pairsOf } from './pairs.ts'
import { type Holder, phantomOf } from './phantoms.ts'
import { setCookieLines } from './set-cookie-lines.ts'

/** An answer of a site to a device. */
export interface Showing extends Holder {
  readonly site: Site
  readonly url: Readonly<URL>
  /** What the declaration does not name is the client's own, and the session's too. */
  readonly isHandoff: boolean
  /** A page of another site asked: the answer is one to somebody who is not signed in. */
  readonly isCrossSite?: boolean
}

/** Set-Cookie lines: for the session, and as the client is to have them. */
export interface SortedCookies {
  readonly kept: readonly string[]
  readonly shown: readonly string[]
  /** Of those shown, the session's own, with their real values, by which a client could go on without the relay: delivery `handoff`. */
  readonly handed: readonly string[]
}

/** Where each Set-Cookie line of an answer goes. */
export function sortCookies(lines: readonly string[], showing: Showing): SortedCookies {
  const { session, url } = showing
  const [kept, shown, handed]: [string[], string[], string[]] = [[], [], []]
  const held = new Set(session.cookieNames(url))
  const others = once(() => [...pairsOf(session.cookieHeader(url)), ...lines])
  for (const line of lines) {
    const name = cookieName(line)
    const facts = factsOf(line, held)
    const kind = kindHere(showing, facts, others)
    if (isKept(kind)) kept.push(line)
    if (showing.isCrossSite === true && (kind === 'phantom' || kind === 'copied')) continue
    if (kind === 'copied') rememberToken(session, cookieValue(line))
    if (kind === 'handed' && !opensNothing(facts, others)) handed.push(line)
    if (kind === 'phantom') shown.push(line.replace(/^[^;]*/, () => `${name}=${phantomOf(showing, name)}`))
    else if (kind === 'copied' || kind === 'relayed' || kind === 'handed') shown.push(line)
  }
  return { kept, shown, handed }
}

/** Set-Cookie lines for the session, of an answer that no client is there to have. */
export function keptCookies(lines: readonly string[], { session, site, url }: Pick<Showing, 'session' | 'site' | 'url'>): string[] {
  const held = new Set(session.cookieNames(url))
  return lines.filter((line) => isKept(kindHere({ session, site, isHandoff: false }, factsOf(line, held), () => [])))
}

function isKept(kind: CookieKind | 'handed'): boolean {
  return kind !== 'suppressed' && kind !== 'relayed'
}

/**
 * Set-Cookie lines for what the session holds, scripts of a page expect to see, and this client has not: with a page it goes to, before any
 * of its scripts run. `already`: lines that the answer has.
 */
export function introduceCookies(showing: Showing, clientCookie: string, already: readonly string[]): string[] {
  const seen = seenCookies(showing)
  if (seen.length === 0) return []
  const values = new Map(pairsOf(clientCookie).map((pair) => [cookieName(pair), cookieValue(pair)]))
  const set = new Set(already.map(cookieName))
  return seen.flatMap(({ cookie, kind }) => {
    const { name, value } = cookie
    const present = values.get(name)
    if (set.has(name)) return []
    if (kind === 'relayed' ? present !== undefined : kind === 'copied' && present !== undefined && isGivenToken(showing.session, present)) return []
    if (kind === 'copied') rememberToken(showing.session, value)
    const wanted = kind === 'phantom' ? phantomOf(showing, name) : value
    return present === wanted ? [] : setCookieLines([cookie], placeOf(showing.url), () => wanted)
  })
}

/** Set-Cookie lines for a handoff at this place: each cookie as the client is to have it. A phantom stands for what it is not to have. */
export function handedCookieLines(cookies: readonly HandedCookie[], showing: Showing): string[] {
  const pairs = once(() => cookies.map(({ name, value }) => `${name}=${value}`))
  return setCookieLines(cookies, placeOf(showing.url), (cookie) => {
    const kind = kindHere(showing, { ...cookie, isHeld: true }, pairs)
    if (kind === 'suppressed') return undefined
    const isReal = kind === 'handed' || kind === 'copied' || kind === 'relayed'
    return isReal ? cookie.value : phantomOf(showing, cookie.name)
  })
}

/** Is the client given some of the session's own at this place, by which it could go on without the relay? */
export function handsOver(cookies: readonly HandedCookie[], showing: Showing): boolean {
  const pairs = once(() => cookies.map(({ name, value }) => `${name}=${value}`))
  const isHanded = (cookie: HandedCookie) => {
    const facts = { ...cookie, isHeld: true }
    return kindHere(showing, facts, pairs) === 'handed' && !opensNothing(facts, pairs)
  }
  return setCookieLines(cookies, placeOf(showing.url), (cookie) => (isHanded(cookie) ? '' : undefined)).length > 0
}

interface SeenCookie {
  readonly cookie: HandedCookie
  readonly kind: CookieKind
}

function seenCookies(showing: Showing): readonly SeenCookie[] {
  const { session, url } = showing
  const names = new Set(session.cookieNames(url))
  const pairs = once(() => pairsOf(session.cookieHeader(url)))
  return session.cookies().flatMap((cookie) => {
    const kind = names.has(cookie.name) ? kindHere(showing, { ...cookie, isHeld: true }, pairs) : 'managed'
    return kind === 'managed' || kind === 'suppressed' || kind === 'handed' ? [] : [{ cookie, kind }]
  })
}

interface Facts {
  readonly name: string
  readonly value: string
  readonly httpOnly: boolean
  readonly isHeld: boolean
}

function factsOf(line: string, held: ReadonlySet<string>): Facts {
  const name = cookieName(line)
  return { name, value: cookieValue(line), httpOnly: /;[ \t]*httponly[ \t]*(?:;|$)/i.test(line), isHeld: held.has(name) }
}

/**
 * `handed`: with delivery `handoff`, kept and passed, unless one holds the password (law 1). `others`: pairs or lines among which the session's are;
 * few cookies have it asked for.
 */
function kindHere(
  { site, session, isHandoff }: Pick<Showing, 'site' | 'session' | 'isHandoff'>,
  facts: Facts,
  others: () => readonly string[],
): CookieKind | 'handed' {
  // One of the relay's own, at a site that shares its host, is not the site's to give.
  if (facts.name.toLowerCase().includes('login-relay')) return 'managed'
  const isRuled = cookieRules(site)?.kindOf(facts.name) !== undefined
  if (isHandoff && !isRuled && !session.cookiesTell) return 'handed'
  const kind = kindOf(site, session, facts)
  return kind === 'copied' && !isRuled && tellsAnother(facts, others()) ? 'phantom' : kind
}

/** A token against forged requests, which only scripts of a page repeat. */
function opensNothing(facts: Facts, others: () => readonly string[]): boolean {
  return isForgeryToken(facts.name) && !facts.httpOnly && !tellsAnother(facts, others())
}

/** Some sites repeat the session itself against forged requests: such a token is not given away. */
function tellsAnother({ name, value }: Facts, others: readonly string[]): boolean {
  return others.some((other) => cookieName(other) !== name && cookieValue(other).length >= 8 && value.includes(cookieValue(other)))
}

/** Makes it when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function placeOf({ hostname, protocol }: URL) {
  return { host: hostname, scheme: protocol === 'https:' ? 'https' : 'http' } as const
}
