import { RelayError } from '../../errors.ts'
import type { Device, Principal, User } from '../../identity/index.ts'
import type { GivenCopy, SiteSession } from '../../sessions/index.ts'
import { loadUserFor } from '../access.ts'
import { copiesLinger } from '../accounts/copy-rule.ts'
import type { Rooms } from '../rooms.ts'

type Ends = Pick<Rooms, 'sessions' | 'accounts' | 'identity' | 'invites' | 'audit' | 'streams' | 'cutDevice' | 'log'>

/** How much of each was ended. */
export interface EndedDevice {
  /** Of how many accounts something was ended here, and the sites were told; whether each has ended it is known of copies alone. */
  readonly siteSessions: number
  /** Of how many they have ended here alone: copies that were given out are good at the site still. */
  readonly stillAtSites: number
}

export interface EndedUser extends EndedDevice {
  readonly portalSessions: number
  readonly devicesCut: number
}

/**
 * Cuts what a device has under way, and ends the sessions of its owner's accounts that it has used, or was given cookies of; the sites are
 * told. Of one that has ended here alone the site is told again, and what is live of that account since goes on. It stays enrolled. Of an
 * account that was lent to its owner the session goes on: it is not his.
 */
export function endDevice(rooms: Ends, { id, userId, name }: Device): Promise<EndedDevice> {
  const entry = { act: 'device.end', owner: userId, device: id, details: { name } }
  const end = async (): Promise<EndedDevice> => {
    cut(rooms, id)
    const used = await sessionsUsedBy(rooms, id, userId)
    const copies = copiesOf(rooms, userId).filter(({ deviceId }) => deviceId === id)
    const live = copies.filter(({ lingering }) => lingering === undefined)
    return endSessions(rooms, [...used.map(({ account }) => account.id), ...accountsOf(live)], accountsOf(copies))
  }
  return rooms.audit.end(entry, end, (ended) => ({ details: { name, ...ended } }))
}

/**
 * Ends everything of a person: the sessions of his accounts, of which the sites are told, as of those that ended here alone before; his sign-ins to the portal, but for `except`; and cuts
 * what his devices have under way. Terminals that were paired for a while are let go, and a link for another way to sign in is worth nothing. `disable`: and nothing of his gets in any more, before anything is cut.
 */
export function endUser(rooms: Ends, user: User, { except, disable = false }: { except?: string; disable?: boolean } = {}): Promise<EndedUser> {
  const entry = { act: 'user.end', owner: user.id, details: { name: user.name } }
  const end = async (): Promise<EndedUser> => {
    // What fails is thrown when all has been tried.
    const [disabled] = await Promise.allSettled([disable && rooms.identity.disableUser(user.id)])
    const [devices, portal] = await Promise.all([rooms.identity.listDevices(user.id), rooms.identity.listPortalSessions(user.id)])
    for (const { id } of devices) cut(rooms, id)
    const terminals = devices.filter(({ paired }) => paired !== undefined)
    const ended = portal.filter(({ id }) => id !== except)
    for (const { id } of ended) rooms.streams.end(id)
    const [atSites, portalSessions] = await Promise.all([
      endSessions(rooms, [...rooms.sessions.listHeld(user.id).map(({ account }) => account.id), ...accountsOf(copiesOf(rooms, user.id))]),
      countDone(ended.map(({ id }) => rooms.identity.endPortalSession(id))),
      rooms.invites.withdrawReset(user.id),
      countDone(terminals.map(({ id }) => rooms.identity.revokeDevice(id))),
    ])
    if (disabled.status === 'rejected') throw disabled.reason
    return { ...atSites, portalSessions, devicesCut: devices.length }
  }
  return rooms.audit.end(entry, end, (counts) => ({ details: { name: user.name, ...counts } }))
}

/** Nobody disables himself: there would be nobody to let him in again. */
export async function disableUser(rooms: Rooms, principal: Principal, idOrName: string): Promise<EndedUser> {
  const user = await loadUserFor(rooms, principal, idOrName)
  if (principal.kind !== 'local' && principal.user.id === user.id) throw new RelayError('bad_request', { params: { problem: 'nobody disables himself' } })
  return endUser(rooms, user, { disable: true })
}

function cut({ cutDevice, streams }: Ends, device: string): void {
  cutDevice(device)
  streams.end(device)
}

/** Of these accounts everything; of `over`, what has ended here alone. */
async function endSessions({ sessions }: Ends, whole: readonly string[], over: readonly string[] = []): Promise<EndedDevice> {
  const ended: string[] = []
  const note = async (id: string, end: Promise<boolean>) => {
    const isEnded = await end
    if (isEnded) ended.push(id)
    return isEnded
  }
  const others = new Set(over.filter((id) => !whole.includes(id)))
  await countDone([...[...new Set(whole)].map((id) => note(id, sessions.end(id))), ...[...others].map((id) => note(id, sessions.endLingering(id)))])
  const stillAtSites = ended.filter((id) => copiesLinger({ sessions }, [id])).length
  return { siteSessions: ended.length - stillAtSites, stillAtSites }
}

/** Copies of this owner's sessions that are good at their sites, though the session may have ended here. */
function copiesOf({ sessions, accounts }: Ends, owner: string): readonly GivenCopy[] {
  return sessions.copies.list().filter(({ accountId }) => accounts.account(accountId, owner) !== undefined)
}

function accountsOf(copies: readonly GivenCopy[]): string[] {
  return copies.map(({ accountId }) => accountId)
}

/** What fails keeps nothing else from its end; it is thrown when all have been tried. */
export async function countDone(ends: readonly Promise<boolean>[]): Promise<number> {
  const results = await Promise.allSettled(ends)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return results.filter((result) => result.status === 'fulfilled' && result.value).length
}

/** By the audit, which knows each session's first use by a device, those before a restart too. */
async function sessionsUsedBy({ sessions, audit, log }: Ends, device: string, owner: string): Promise<SiteSession[]> {
  const live = sessions.listHeld(owner)
  const begun = Math.min(...live.map(({ createdAt }) => createdAt))
  const used = new Set<unknown>()
  try {
    for await (const { at, act, who, details } of audit.newest()) {
      if (Date.parse(at) < begun) break
      if (act === 'account.use' && who.device === device) used.add(details?.session)
    }
  } catch (error) {
    log.error({ err: error }, 'which sessions a device has used could not be read: all of its owner are ended')
    return live
  }
  return live.filter(({ id }) => used.has(id))
}
