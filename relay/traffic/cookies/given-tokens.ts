import type { SiteSession } from '../../sessions/index.ts'

/** Tokens against forged requests that clients were given, by session; the oldest go. */
const given = new WeakMap<SiteSession, Set<string>>()
const most = 200

export function rememberToken(session: SiteSession, value: string): void {
  const known = given.get(session) ?? new Set()
  if (known.size >= most && !known.has(value)) known.delete(known.values().next().value as string)
  given.set(session, known.add(value))
}

/**
 * Did a client get this token in this session? Several clients of one session each have their own, and each is good with the header that
 * repeats it: the newest is not better. One of a session that has ended is good for nothing.
 */
export function isGivenToken(session: SiteSession, value: string): boolean {
  return given.get(session)?.has(value) ?? false
}
