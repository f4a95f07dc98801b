import { createHmac, randomBytes } from 'node:crypto'
import type { SiteSession } from '../../sessions/index.ts'
import { cookieValue, pairsOf } from './pairs.ts'

/** Every phantom begins with it: one that strays is known where nothing else is known of it. */
const mark = 'lrp_'
const phantom = /lrp_[A-Za-z0-9_-]{18}/g
const wholePhantom = /^"?lrp_[A-Za-z0-9_-]{18}"?$/
/** Fields that carry what a script holds for its session. Others are written back by sites (`Origin`, `Referer`, request ids), and the session would come back with them. */
const sessionField = /^authorization$|token|auth|session|csrf|xsrf|jwt/i

/** Another relay, or this one after a restart, makes others. */
const key = randomBytes(32)
/** Sites of which somebody was shown a phantom, by id: the fields of no other request are looked at. */
const shownAt = new Set<string>()

/** Where a request comes from and with which session. */
export interface Holder {
  readonly session: SiteSession
  readonly deviceId: string
}

/**
 * What this device is shown in place of a cookie's value: of 108 bits, and worth nothing with another device or account. It opens nothing by
 * itself: the relay attaches the session to the device's requests with it or without. It stays when the session is renewed: what pages that
 * are open hold goes on to work.
 */
export function phantomOf({ session, deviceId }: Holder, name: string): string {
  shownAt.add(session.site.id)
  const digest = createHmac('sha256', key)
    .update(JSON.stringify([session.account.id, deviceId, name]))
    .digest('base64url')
  return mark + digest.slice(0, 18)
}

/** A client's Cookie field without phantoms: what the session has in their place is attached, and what it has not, nobody is told. */
export function withoutPhantoms(cookie: string): string {
  if (!cookie.includes(mark)) return cookie
  return pairsOf(cookie)
    .filter((pair) => !wholePhantom.test(cookieValue(pair)))
    .join('; ')
}

/**
 * The client's fields with real values in place of this device's phantoms, where a script repeats a cookie in a header (`Authorization:
 * Bearer`, `X-Session-Token`). Anybody else's phantom goes on as it is.
 */
export function withoutPhantomsInFields(fields: string[], holder: Holder, url: URL): string[] {
  if (!shownAt.has(holder.session.site.id) || !hasMark(fields)) return fields
  const real = new Map<string, string>()
  for (const pair of pairsOf(holder.session.cookieHeader(url)).reverse()) {
    const name = pair.slice(0, Math.max(pair.indexOf('='), 0))
    real.set(phantomOf(holder, name), decoded(cookieValue(pair)))
  }
  return fields.map((text, i) =>
    i % 2 === 1 && sessionField.test(fields[i - 1] as string) ? text.replace(phantom, (found) => real.get(found) ?? found) : text,
  )
}

/**
 * Does a session's field still hold a phantom: one of before a restart, or of another account? What the site then answers says nothing of the
 * session. `fields`: as they go to the site.
 */
export function hasStrayPhantom(fields: readonly unknown[]): boolean {
  return (
    hasMark(fields) &&
    fields.some((text, i) => i % 2 === 1 && typeof text === 'string' && text.search(phantom) >= 0 && sessionField.test(String(fields[i - 1])))
  )
}

function hasMark(fields: readonly unknown[]): boolean {
  return fields.some((text, i) => i % 2 === 1 && typeof text === 'string' && text.includes(mark))
}

/** As scripts read cookies (`decodeURIComponent`), where that makes something that can stand in a field. */
function decoded(value: string): string {
  try {
    const text = decodeURIComponent(value)
    return /^[\x20-\x7e]*$/.test(text) ? text : value
  } catch {
    return value
  }
}
