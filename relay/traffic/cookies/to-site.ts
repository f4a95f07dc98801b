import { cookieRules, type Site } from '../../accounts/index.ts'
import type { SiteSession } from '../../sessions/index.ts'
import { isGivenToken } from './given-tokens.ts'
import { cookieName, cookieValue, pairsOf } from './pairs.ts'
import { withoutPhantoms } from './phantoms.ts'

/** Cookie fields: the client's, and the session's for the address. */
export interface Meeting {
  readonly client: string
  readonly own: string
}

/** The fewest requests hold one; only then is anything taken apart. */
const mayYield = /csrf|xsrf/i

/** What of both goes to the site, where a declaration or a token says otherwise than that the session's win. */
export function meetCookies(site: Pick<Site, 'cookies'>, session: SiteSession | undefined, { client: sent, own }: Meeting): Meeting {
  const client = withoutPhantoms(sent)
  const rules = cookieRules(site)
  if (rules === undefined && (client === '' || session === undefined || !mayYield.test(own))) return { client, own }
  const clients = pairsOf(client).filter((pair) => !heldBack.has(rules?.kindOf(cookieName(pair)) ?? ''))
  const values = new Map(clients.map((pair) => [cookieName(pair), cookieValue(pair)]))
  const repeated = new Set((session?.headers ?? []).flatMap(({ value }) => (typeof value === 'object' && 'cookie' in value ? [value.cookie] : [])))
  const yields = (name: string): boolean => {
    const kind = rules?.kindOf(name)
    if (kind === 'suppressed') return true
    const value = values.get(name)
    if (value === undefined || repeated.has(name)) return false
    return kind === 'relayed' || (session !== undefined && isGivenToken(session, value))
  }
  return {
    client: clients.join('; '),
    own: pairsOf(own)
      .filter((pair) => !yields(cookieName(pair)))
      .join('; '),
  }
}

/** A client's own by such a name goes nowhere: the relay holds it, or nobody does. */
const heldBack = new Set(['managed', 'phantom', 'suppressed'])
