import type { Notice } from '../../control/notices/index.ts'
import { RelayError } from '../../errors.ts'
import type { User } from '../../identity/index.ts'
import { copiesLinger } from '../accounts/copy-rule.ts'
import type { Rooms } from '../rooms.ts'
import { countDone } from './force-off.ts'

/** What a person ended by saying that it was not he. */
export interface Disowned {
  readonly frozen: boolean
  readonly sessionEnded: boolean
  /** The site did not end it: copies that were given out are good there still. */
  readonly copiesLinger: boolean
  readonly deviceRevoked: boolean
  readonly portalSessionEnded: boolean
  readonly linkWithdrawn: boolean
}

const reason = 'its owner said that a use of it was not theirs'

type Ends = Pick<Rooms, 'notices' | 'accounts' | 'sessions' | 'identity' | 'invites' | 'audit' | 'streams' | 'log'>

/** What others ask and answer is done with nobody's things yet, and tries that were refused have let nobody in. */
const nothingDone: ReadonlySet<Notice['kind']> = new Set(['failed-tries', 'device-refused', 'access-asked', 'access-answered'])

/** What of a notice its owner can end: his own alone. Undefined: nothing of it could be. */
export function endable({ accounts }: Pick<Rooms, 'accounts'>, { owner, account, device, portalSession, resetLink, kind }: Notice) {
  if (nothingDone.has(kind)) return undefined
  const own = account === undefined ? undefined : accounts.account(account, owner)
  const isNothing = own === undefined && device === undefined && portalSession === undefined && resetLink === undefined
  return isNothing ? undefined : { account: own, device, portalSession, resetLink }
}

/**
 * In one step: freezes the account, ends its session at the site, revokes the device, ends the portal session and withdraws the link for another
 * way to sign in, each as far as the notice
 * names it and it is this person's. Each is tried whatever becomes of the others; the first failure is thrown when all are done, and the
 * notice is marked only where none failed. `not_found`.
 */
export async function disown(rooms: Ends, user: User, noticeId: string): Promise<Disowned> {
  const notice = rooms.notices.find(user.id, noticeId)
  if (notice === undefined) throw new RelayError('not_found', { params: { what: 'such notice' } })
  const { account: accountId, site } = notice
  const { account, device, portalSession, resetLink } = endable(rooms, notice) ?? {}
  const entry = {
    act: 'notice.not-me',
    owner: user.id,
    ...(accountId === undefined ? {} : { account: accountId }),
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    details: { notice: notice.id, kind: notice.kind },
  }
  const end = async (): Promise<Disowned> => {
    const freeze = account === undefined ? false : rooms.accounts.freeze(account.id, reason).then(() => true)
    const results = await Promise.allSettled([
      freeze,
      account === undefined ? false : endSession(rooms, account.id, freeze),
      device !== undefined ? revoke(rooms, user, device) : false,
      portalSession === undefined ? false : endPortalSession(rooms, user, portalSession),
      resetLink === true && rooms.invites.withdrawReset(user.id),
    ])
    for (const result of results) if (result.status === 'rejected') throw result.reason
    // Only now: what failed can be asked for again. That it is noted is no condition of what it ended.
    await rooms.notices.disown(user.id, notice.id).catch((error: unknown) => rooms.log.warn({ err: error }, 'a notice could not be marked'))
    const [frozen, sessionEnded, deviceRevoked, portalSessionEnded, linkWithdrawn] = results.map(
      (result) => result.status === 'fulfilled' && result.value === true,
    )
    return {
      frozen: frozen === true,
      sessionEnded: sessionEnded === true,
      copiesLinger: account !== undefined && copiesLinger(rooms, [account.id]),
      deviceRevoked: deviceRevoked === true,
      portalSessionEnded: portalSessionEnded === true,
      linkWithdrawn: linkWithdrawn === true,
    }
  }
  return rooms.audit.end(entry, end, (ended) => ({ details: { ...entry.details, ...ended } }))
}

/** Cut off at once, whatever becomes of the freeze; and again when it holds, for a sign-in that was begun in between: the site's answer is not waited for. */
async function endSession({ sessions }: Ends, account: string, freeze: Promise<boolean> | false): Promise<boolean> {
  const again = async () => {
    await Promise.allSettled([freeze])
    return sessions.end(account)
  }
  return (await countDone([sessions.end(account), again()])) > 0
}

async function revoke({ identity }: Ends, user: User, device: string): Promise<boolean> {
  const isHis = (await identity.listDevices(user.id)).some(({ id }) => id === device)
  return isHis && identity.revokeDevice(device)
}

async function endPortalSession({ identity, streams }: Ends, user: User, session: string): Promise<boolean> {
  const isHis = (await identity.listPortalSessions(user.id)).some(({ id }) => id === session)
  if (isHis) streams.end(session)
  return isHis && identity.endPortalSession(session)
}
