import type { Proposal } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { SessionState } from '../../login/index.ts'
import type { LiveSession } from '../live/site-session.ts'
import { findOutWhichWorks, signInErrand } from '../sign-ins/sign-in-errand.ts'
import type { Errand, FlightTools, Landing } from '../sign-ins/sign-in-flight.ts'

/**
 * Gives the account a new password: signs in, has the new one written ahead, asks the site, and signs in with it. Killed at any step, a
 * password that works is in the vault: the one before until the site was asked, both from then until a sign-in has shown which.
 */
export const rotationErrand: Errand = async (tools) => {
  const before = await signInErrand(tools)
  if (!before.outcome.ok) return before
  await tools.settleTry()
  const { accounts, login, site, account, signal, route, onStep, ask } = tools
  const { cookies, headers, storage, landingUrl } = before.outcome
  const state = { cookies, headers, storage, landingUrl, route }
  let proposal: Proposal | undefined
  const { asked, said, seen } = await login.changePassword({
    site,
    state,
    credential: await accounts.credential(account.id),
    async next(rules) {
      proposal = await accounts.propose(account.id, rules)
      await accounts.writeAhead(proposal)
      return passwordOf(proposal)
    },
    async beforeItLeaves() {
      await accounts.notePending(account.id, proposal?.version ?? 0, { asked: true })
    },
    onStep,
    ask,
    signal,
  })
  if (proposal === undefined || !asked) return notAsked(tools, before, proposal, seen)
  const { version } = proposal
  const noted = said === undefined ? accounts.account(account.id) : await accounts.notePending(account.id, version, { said })
  if (signal.aborted || noted?.pending === undefined) return { ...before, outcome: { ...failure, seen } }
  await signOutBeside(tools, state)
  const found = await findOutWhichWorks({ ...tools, account: noted }, noted.pending)
  // What the site said of it is why.
  return found.change?.result === 'not-taken' ? { ...found, change: { ...found.change, seen: [...seen, ...found.change.seen] } } : found
}

async function notAsked(tools: FlightTools, before: Landing, proposal: Proposal | undefined, seen: readonly string[]): Promise<Landing> {
  const { accounts, account } = tools
  const current = proposal === undefined ? (accounts.account(account.id) ?? before.account) : await accounts.dropPending(account.id, proposal.version)
  const change = { result: 'not-asked', cause: 'rotated', version: current.credentialVersion, seen } as const
  tools.tellChange(current, change)
  return { ...before, account: current, change }
}

/**
 * Finds out by a sign-in of its own whether the site took a password that a person set there, and keeps it if so. The session that is live
 * goes on either way: it is the person's.
 */
export function confirmErrand(propose: () => Promise<Proposal>, present: () => LiveSession | undefined): Errand {
  return async (tools) => {
    const { account, accounts } = tools
    const proposal = await propose()
    const live = () => (present()?.account.credentialVersion === account.credentialVersion ? present() : undefined)
    const outcome = await tools.signIn(proposal.credential, proposal.version)
    const version = proposal.version
    await tools.settleTry()
    if (!outcome.ok) {
      const change = { result: 'not-taken', cause: 'changed', version, seen: outcome.seen } as const
      tools.tellChange(account, change)
      const goesOn = live()
      return goesOn === undefined ? { ...(await signInErrand(tools)), change } : { account, outcome, change, goesOn }
    }
    const current = await accounts.adopt(account.id, proposal, 'changed')
    const change = { result: 'taken', cause: 'changed', version, seen: outcome.evidence } as const
    tools.tellChange(current, change)
    const goesOn = live()
    // Where the session is the password itself, only the new one is a session.
    if (goesOn === undefined || goesOn.headers.some(({ value }) => typeof value !== 'string' && !('cookie' in value)))
      return { account: current, outcome, change }
    await signOutBeside(tools, outcome)
    return { account: current, outcome, change, goesOn }
  }
}

/** Ends a session that served its purpose; whether the site offers a way is not what this is about. */
async function signOutBeside({ login, site, route }: FlightTools, { cookies, headers, storage = [], landingUrl }: Omit<SessionState, 'site'>): Promise<void> {
  const state = { site, cookies, headers, storage, route, ...(landingUrl === undefined ? {} : { landingUrl }) }
  await login.signOut(state).catch(() => false)
}

function passwordOf({ credential }: Proposal) {
  const { password } = credential.secrets
  if (password === undefined) throw new RelayError('internal', { detail: 'a proposal without a password' })
  return password
}

const failure = { ok: false, kind: 'unknown', sent: true, steps: [], timing: { total: 0, network: 0, captcha: 0, person: 0, relay: 0 } } as const
