import type { Account, Site } from '../../accounts/index.ts'
import { decide } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import { copyHolder, type SiteSession } from '../../sessions/index.ts'
import type { DevicePrincipal } from '../caller/proxied-devices.ts'
import type { Rooms } from '../rooms.ts'
import { handedCookies, handedHeaders } from './claim-ticket.ts'

type CopyRooms = Pick<Rooms, 'accounts' | 'audit' | 'identity' | 'sessions'>

/** A session as a device keeps it for the time when no relay can be reached. */
export interface SessionCopy {
  readonly account: string
  readonly site: string
  readonly landingUrl: string
  /** Of the site. */
  readonly origins: readonly string[]
  readonly delivery: Site['delivery']
  readonly cookies: ReturnType<SiteSession['cookies']>
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/**
 * The live sessions of the device's own user whose accounts may be copied; nothing is signed in to for it. Each is recorded, and its owner
 * told, before it is given the first time; that takes a while, and what may not be copied any more by then is not given.
 */
export async function copiesFor(rooms: CopyRooms, principal: DevicePrincipal): Promise<SessionCopy[]> {
  const { copies } = rooms.sessions
  const sessions = rooms.sessions.listLive(principal.user.id).filter((session) => copyOf(rooms, principal, session) !== undefined)
  // Begun before anything else is waited for: what a later answer to this device records stays.
  await copies.keepOnly(principal.device.id, sessions)
  for (const session of sessions) if (copyOf(rooms, principal, session) !== undefined) await recordCopy(rooms, principal, session)
  const present = rooms.identity.certifiedPrincipal(principal.device.id)
  if (present === undefined) throw new RelayError('unauthenticated')
  return sessions.flatMap((session) => copyOf(rooms, present, session) ?? [])
}

/** Undefined: this device may have none of this session now. */
function copyOf(rooms: CopyRooms, principal: DevicePrincipal, session: SiteSession): SessionCopy | undefined {
  const account = rooms.accounts.account(session.account.id)
  const site = rooms.accounts.site(session.site.id)
  if (account === undefined || site === undefined || rooms.sessions.live(account.id) !== session || !mayCopy(principal, account, site)) return undefined
  const headers = headersOf(session)
  if (headers === undefined) return undefined
  const { origins, delivery } = site
  return {
    account: account.name,
    site: site.id,
    landingUrl: session.landingUrl,
    origins: [...origins],
    delivery,
    cookies: handedCookies(rooms, session),
    headers,
  }
}

/** A copy knows neither the paths that its owner himself is kept off, nor that somebody froze the account. */
function mayCopy(principal: DevicePrincipal, account: Account, site: Site): boolean {
  if (account.copies === undefined || !decide(principal, 'use', account).allowed || principal.device.paired !== undefined) return false
  if (account.attention?.reason === 'frozen') return false
  if (account.denyPaths?.owner === true || site.denyPaths?.owner === true) return false
  return site.delivery === 'handoff' || account.copies.attached
}

/** Undefined: it cannot be handed over without the password. */
function headersOf(session: SiteSession): SessionCopy['headers'] | undefined {
  try {
    return handedHeaders(session)
  } catch (error) {
    if (error instanceof RelayError) return undefined
    throw error
  }
}

async function recordCopy({ audit, sessions }: CopyRooms, principal: DevicePrincipal, session: SiteSession): Promise<void> {
  const holder = copyHolder('kept', principal)
  if (sessions.copies.has(holder, session)) return
  const { account, site } = session
  await audit.record({ act: 'session.copy', outcome: 'done', owner: account.owner, account: account.id, site: site.id, device: principal.device.id })
  await sessions.copies.note(holder, session)
}
