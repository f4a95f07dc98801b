import type { Account, Site } from '../../accounts/index.ts'
import { decide } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import type { SiteSession } from '../../sessions/index.ts'
import type { DevicePrincipal } from '../caller/proxied-devices.ts'
import type { Rooms } from '../rooms.ts'
import { handedCookies, handedHeaders } from './claim-ticket.ts'

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
 * told, before it is given the first time.
 */
export async function copiesFor(rooms: Rooms, principal: DevicePrincipal): Promise<SessionCopy[]> {
  const copies: SessionCopy[] = []
  const given: SiteSession[] = []
  for (const session of rooms.sessions.listLive(principal.user.id)) {
    const account = rooms.accounts.account(session.account.id)
    const site = rooms.accounts.site(session.site.id)
    if (account === undefined || site === undefined || !mayCopy(principal, account, site)) continue
    const headers = headersOf(session)
    if (headers === undefined) continue
    await recordCopy(rooms, principal, session)
    given.push(session)
    const { landingUrl } = session
    const { origins, delivery } = site
    copies.push({ account: account.name, site: site.id, landingUrl, origins: [...origins], delivery, cookies: handedCookies(rooms, session), headers })
  }
  await rooms.sessions.copies.keepOnly(principal.device.id, given)
  return copies
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

async function recordCopy({ audit, sessions }: Rooms, { device }: DevicePrincipal, session: SiteSession): Promise<void> {
  if (sessions.copies.has(device.id, session)) return
  const { account, site } = session
  await audit.record({ act: 'session.copy', outcome: 'done', owner: account.owner, account: account.id, site: site.id, device: device.id })
  await sessions.copies.note(device, session)
}
