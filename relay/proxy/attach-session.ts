import type { SessionHeader } from '../../adapters/index.ts'
import type { Part } from '../outbound/index.ts'
import type { SiteSession } from '../sessions/index.ts'
import { via } from './request-head.ts'

type Field = string | readonly Part[]

/** The fields that go to the site: the client's with the session's cookies and headers in place of its own of the same names. */
export function attachSession(fields: readonly string[], cookie: string, session: SiteSession, url: URL): Field[] {
  const sent: Field[] = session.headers.length === 0 ? [...fields] : withoutSessionHeaders(fields, session.headers)
  const cookies = attachCookies(cookie, session.cookieHeader(url))
  if (cookies !== '') sent.push('Cookie', cookies)
  for (const header of session.headers) sent.push(header.name, headerValue(header))
  sent.push('Via', via)
  return sent
}

/** The client's cookies whose names the session does not hold, then the session's: a stale or phantom one of the client is never sent. */
export function attachCookies(client: string, own: string): string {
  if (client === '' || own === '') return client === '' ? own : client
  const names = new Set(own.split('; ').map(cookieName))
  const kept = client.split(';').filter((pair) => !names.has(cookieName(pair)))
  return [...kept.map((pair) => pair.trim()).filter((pair) => pair !== ''), own].join('; ')
}

function cookieName(pair: string): string {
  const equals = pair.indexOf('=')
  return (equals < 0 ? '' : pair.slice(0, equals)).trim()
}

function withoutSessionHeaders(fields: readonly string[], headers: readonly SessionHeader[]): Field[] {
  const names = new Set(headers.map(({ name }) => name.toLowerCase()))
  return fields.filter((_, i) => !names.has((fields[i & ~1] as string).toLowerCase()))
}

/** A secret stays a handle: the agent fills it in after the origin check (law 2). */
function headerValue({ name, value }: SessionHeader): Field {
  if (typeof value === 'string') return value
  const { username, password } = value.basic
  return [Buffer.from('Basic '), { secret: password, field: name, encoding: { as: 'basic', username } }]
}
