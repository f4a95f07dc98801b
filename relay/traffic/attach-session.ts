import type { SessionHeader } from '../../adapters/index.ts'
import { goesTo, headerParts } from '../login/index.ts'
import type { Part } from '../outbound/index.ts'
import type { SiteSession } from '../sessions/index.ts'
import { cookieName } from './cookies/pairs.ts'
import { via } from './requests/request-head.ts'

type Field = string | readonly Part[]

/** What of a session goes with a request. */
export interface Attachment {
  /** A Cookie value; '' for none. */
  readonly cookies: string
  readonly headers: readonly SessionHeader[]
}

export function wholeSession(session: SiteSession, url: URL): Attachment {
  return { cookies: session.cookieHeader(url), headers: session.headers.filter((header) => goesTo(header, url.origin)) }
}

/** What goes with a request that a page of another site made: the cookies the site has set with SameSite=None, for such requests. */
export function crossSiteSession(session: SiteSession | undefined, url: URL): Attachment {
  if (session === undefined) return { cookies: '', headers: [] }
  const names = new Set(session.cookies().flatMap(({ name, sameSite }) => (sameSite === 'None' ? [name] : [])))
  const pairs = session.cookieHeader(url).split('; ')
  return { cookies: pairs.filter((pair) => names.has(cookieName(pair))).join('; '), headers: [] }
}

/** The fields that go to the site: the client's with the session's cookies and headers in place of its own of the same names. */
export function attachSession(fields: readonly string[], cookie: string, { cookies, headers }: Attachment): Field[] {
  const sent: Field[] = headers.length === 0 ? [...fields] : withoutSessionHeaders(fields, headers)
  const all = attachCookies(cookie, cookies)
  if (all !== '') sent.push('Cookie', all)
  for (const header of headers) {
    const value = headerParts(header, cookies)
    if (value !== undefined) sent.push(header.name, value)
  }
  sent.push('Via', via)
  return sent
}

/** The client's cookies whose names the session does not hold, then the session's: a stale or phantom one of the client is never sent. */
export function attachCookies(client: string, own: string): string {
  if (client === '' || own === '') return client === '' ? own : client
  // As where they were handed over.
  if (client === own) return own
  const names = new Set(own.split('; ').map(cookieName))
  const kept = client.split(';').filter((pair) => !names.has(cookieName(pair)))
  return [...kept.map((pair) => pair.trim()).filter((pair) => pair !== ''), own].join('; ')
}

function withoutSessionHeaders(fields: readonly string[], headers: readonly SessionHeader[]): Field[] {
  const names = new Set(headers.map(({ name }) => name.toLowerCase()))
  return fields.filter((_, i) => !names.has((fields[i & ~1] as string).toLowerCase()))
}
