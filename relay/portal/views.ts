import type { Account, KeepAlivePolicy, Site } from '../accounts/index.ts'

import type { Device, PairedTerminal, User } from '../identity/index.ts'

import type { EndpointState } from '../outbound/index.ts'
import type { PendingChallenge, SessionEvent, SiteSession } from '../sessions/index.ts'
import { keptUntil } from '../traffic/index.ts'
import { type AccountState, describeState } from './accounts/account-state.ts'

/** What the API says of things. Nothing is passed on whole: every field is named here, so that a new one does not leak by itself. */

export function userView({ id, name, role, createdAt, disabledAt }: User) {
  return { id, name, role, createdAt, ...(disabledAt === undefined ? {} : { disabledAt }) }
}

export function deviceView({ id, name, createdAt, lastSeenAt, paired, unwritten }: Device, user: string, certificateUntil?: number) {
  const certified = certificateUntil === undefined ? {} : { certificateUntil }
  return {
    id,
    name,
    user,
    createdAt,
    ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
    ...certified,
    ...(paired === undefined ? {} : { paired: pairedView(paired) }),
    ...(unwritten === undefined ? {} : { unwritten }),
  }
}

function pairedView({ accounts, expiresAt, address, agent }: PairedTerminal) {
  return { accounts: [...accounts], expiresAt, address, agent }
}

/** `endpoints`: for who runs the relay; where the servers of a site are is nobody else's business. */
export function siteView({ id, origins, loginUrl, landingUrl, adapter, delivery, ca, createdAt }: Site, endpoints: readonly EndpointState[] = []) {
  const landing = landingUrl === undefined ? {} : { landingUrl }
  const servers = endpoints.length === 0 ? {} : { endpoints: [...endpoints] }
  return { id, origins, loginUrl, ...landing, adapter, delivery, privateCa: ca !== undefined, ...servers, createdAt }
}

export function accountView(
  { id, name, siteId, username, createdAt, rotation, pending, denyPaths, copies }: Account,
  owner: string,
  state: AccountState,
  keepAlive: KeepAlivePolicy | undefined,
) {
  const change = { ...(rotation === undefined ? {} : { rotation }), ...(pending?.asked === true ? { unfinished: pending.since } : {}) }
  const denied = denyPaths === undefined ? {} : { denyPaths }
  return {
    id,
    name,
    site: siteId,
    owner,
    username,
    createdAt,
    state: state.state,
    ...describeState(state, { name, siteId }),
    ...change,
    ...keepAliveView(keepAlive, state),
    ...denied,
    ...(copies === undefined ? {} : { copies }),
  }
}

/** For a paired terminal: what it needs in order to open the account, and no more. */
export function pairedAccountView({ id, name, siteId, createdAt }: Account, owner: string, { state }: AccountState) {
  return { id, name, site: siteId, owner, createdAt, state }
}

function keepAliveView(policy: KeepAlivePolicy | undefined, state: AccountState) {
  if (policy === undefined) return {}
  return { keepAlive: policy, ...(state.state === 'signed-in' ? { keptUntil: keptUntil(policy, state.lastUsedAt) } : {}) }
}

export function sessionView({ account, site, landingUrl, createdAt, evidence }: SiteSession, owner: string) {
  return { accountId: account.id, account: account.name, site: site.id, owner, landingUrl, since: createdAt, evidence }
}

export function challengeView({ id, account, challenge, expiresAt, behind }: PendingChallenge) {
  return {
    id,
    account: accountName(account),
    kind: challenge.kind,
    question: challenge.kind === 'captcha' ? challenge.hint || 'What does the image say?' : challenge.question,
    expiresAt,
    behind,
    digits: challenge.kind === 'captcha' && challenge.digits === true,
    canReload: challenge.kind === 'captcha' && challenge.reload !== undefined,
  }
}

export function eventView(event: SessionEvent) {
  return { ...event, account: accountName(event.account) }
}

/** For who borrows the account: what the relay saw at the site, and what it was asked there, is the owner's. Undefined: he hears nothing of it. */
export function borrowedEventView(event: SessionEvent) {
  const { type, at } = event
  const told = { type, account: accountName(event.account), at }
  switch (event.type) {
    case 'started':
      return told
    case 'signed-in':
      return { ...told, evidence: [], timing: event.timing }
    case 'failed':
      return { ...told, kind: event.kind, seen: [], next: 'Ask the owner of the account.' }
    default:
      return undefined
  }
}

function accountName({ id, name, siteId }: Account) {
  return { id, name, site: siteId }
}
