import { type Account, cookieRules } from '../../accounts/index.ts'
import { type AccountDecision, checkAllowed } from '../../control/index.ts'
import { RelayError } from '../../errors.ts'
import type { Principal } from '../../identity/index.ts'
import { copyHolder, failureForBorrower, type SiteSession } from '../../sessions/index.ts'
import { mayNow } from '../access.ts'
import type { Rooms } from '../rooms.ts'

/** A session as a tool gets it. */
export interface ClaimedSession {
  readonly account: string
  readonly site: string
  readonly landingUrl: string
  readonly cookies: ReturnType<SiteSession['cookies']>
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** The account behind a ticket, for its holder. Spends nothing. `ticket_invalid`, `ticket_not_yours`, `grant_refused`. */
export async function lookUpTicket(rooms: Rooms, principal: Principal, ticket: string): Promise<Account> {
  return (await holdTicket(rooms, principal, ticket)).account
}

async function holdTicket(rooms: Rooms, principal: Principal, ticket: string): Promise<{ readonly account: Account; readonly decision: AccountDecision }> {
  const { sessions, accounts } = rooms
  const found = await sessions.tickets.lookup(ticket)
  const account = found === undefined ? undefined : accounts.account(found.accountId)
  if (found === undefined || account === undefined) throw new RelayError('ticket_invalid')
  const isHolder = principal.kind === 'local' || principal.user.id === found.holder
  const decision = await mayNow(rooms, principal, 'use', account)
  if (!isHolder || (!decision.allowed && decision.grant === undefined)) throw new RelayError('ticket_not_yours')
  return { account, decision: checkAllowed(decision) }
}

/** Redeems a ticket for cookies (law 4). Everything that can fail comes first: a sign-in that fails does not spend the ticket. */
export async function claimTicket(rooms: Rooms, principal: Principal, ticket: string): Promise<ClaimedSession> {
  const { account, decision } = await holdForCookies(rooms, principal, ticket)
  const told = (error: unknown) => Promise.reject(decision.grant === undefined ? error : failureForBorrower(account, error))
  const session = await rooms.sessions.ensure(account.id, { wait: false }).catch(told)
  // That may take long, and leave end meanwhile (law 7).
  await holdForCookies(rooms, principal, ticket)
  const headers = handedHeaders(session)
  if (principal.kind === 'device') await rooms.identity.noteHandedOver(principal.device.id, account.id)
  await rooms.sessions.tickets.redeem(ticket, principal)
  // Who has them is known before they leave (law 7); by now another session may have taken the place of this one, or none.
  if (!(await rooms.sessions.copies.note(copyHolder('claimed', principal), session))) throw new RelayError('ticket_invalid')
  rooms.sessions.touch(session)
  return { account: account.name, site: session.site.id, landingUrl: session.landingUrl, cookies: handedCookies(rooms, session), headers }
}

/** A ticket whose holder may have the cookies themselves. */
async function holdForCookies(rooms: Rooms, principal: Principal, ticket: string): ReturnType<typeof holdTicket> {
  const held = await holdTicket(rooms, principal, ticket)
  if (held.decision.grant !== undefined && held.decision.grant.handoff !== true)
    throw new RelayError('handoff_unavailable', { params: { reason: 'the account is lent to you without its cookies' } })
  return held
}

/** What the declaration keeps in the relay stays there. */
export function handedCookies({ accounts }: Pick<Rooms, 'accounts'>, session: SiteSession): ClaimedSession['cookies'] {
  const rules = cookieRules(accounts.site(session.site.id) ?? session.site)
  return session.cookies().filter(({ name }) => ['managed', 'phantom', 'suppressed'].every((kind) => rules?.kindOf(name) !== kind))
}

/** What holds the password stays in the relay, be it a header or a cookie (law 1). */
export function handedHeaders({ headers, cookiesTell }: SiteSession): { name: string; value: string }[] {
  if (cookiesTell) throw new RelayError('handoff_unavailable', { params: { reason: 'the site put the password into a cookie' } })
  return headers.flatMap(({ name, value }) => {
    if (typeof value === 'string') return [{ name, value }]
    // It repeats a cookie, and the tool has the cookies.
    if ('cookie' in value) return []
    throw new RelayError('handoff_unavailable', { params: { reason: 'the site wants the password with every request' } })
  })
}

/** Could this be the ticket of a handoff link? */
export function isTicket(text: string): boolean {
  return /^[A-Za-z0-9_-]{16,128}$/.test(text)
}
