import type { SessionHeader } from '../../adapters/index.ts'
import type { Part } from '../outbound/index.ts'

/**
 * The value of a session's header for one request, with `cookies` the Cookie value that goes along; undefined: it is left out. A secret stays
 * a handle: the agent fills it in after the origin check (law 2).
 */
export function headerParts({ name, value }: SessionHeader, cookies: string): string | readonly Part[] | undefined {
  if (typeof value === 'string') return value
  if ('cookie' in value) return cookieValue(cookies, value.cookie)
  if ('digest' in value) {
    const { username, password, challenge } = value.digest
    return [{ secret: password, field: name, encoding: { as: 'digest', username, challenge } }]
  }
  const { username, password } = value.basic
  return [Buffer.from('Basic '), { secret: password, field: name, encoding: { as: 'basic', username } }]
}

/** What scripts read of a cookie: percent-encoding undone, as the libraries that send it back do. */
export function cookieValue(cookies: string, name: string): string | undefined {
  const pair = cookies.split('; ').find((one) => one.startsWith(`${name}=`))
  const value = pair?.slice(name.length + 1)
  try {
    return value === undefined ? undefined : decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Does this header go to that origin? */
export function goesTo({ origins }: SessionHeader, origin: string): boolean {
  return origins === undefined || origins.includes(origin)
}
