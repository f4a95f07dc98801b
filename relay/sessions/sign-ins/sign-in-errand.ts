import type { PendingPassword } from '../../accounts/index.ts'
import type { FlightTools, Landing } from './sign-in-flight.ts'

/** Signs in; where a change of the password was cut short, finds out which of the two passwords works. */
export async function signInErrand(tools: FlightTools): Promise<Landing> {
  const { account, accounts } = tools
  const { pending } = accounts.account(account.id) ?? account
  if (pending !== undefined) return findOutWhichWorks(tools, pending)
  return { account, outcome: await tools.signIn(await accounts.credential(account.id), account.credentialVersion) }
}

/**
 * Tries the likelier of the pending and the present password and, if the site refuses it, the other one: each once (law 3). What is refused
 * is written down before the other is tried, so that a crash in between tries neither again. Only a sign-in that succeeds
 * settles which one is kept; where both are refused, both stay until a person acts.
 */
export async function findOutWhichWorks(tools: FlightTools, pending: PendingPassword): Promise<Landing> {
  const { account, accounts } = tools
  if (!pending.asked) {
    const current = await accounts.dropPending(account.id, pending.version)
    return { account: current, outcome: await tools.signIn(await accounts.credential(account.id), current.credentialVersion) }
  }
  let landing: Landing | undefined
  for (const which of candidates(pending, { pending: tools.interrupted(pending.version), present: tools.interrupted(account.credentialVersion) })) {
    const isPending = which === 'pending'
    const credential = await (isPending ? accounts.pendingCredential(account.id) : accounts.credential(account.id))
    const outcome = await tools.signIn(credential, isPending ? pending.version : account.credentialVersion)
    if (outcome.ok) return settle(tools, pending, isPending, { account, outcome })
    landing = { account, outcome }
    if (outcome.kind !== 'wrong-password') return landing
    await accounts.notePending(account.id, pending.version, isPending ? { denied: true } : { presentDenied: true })
    await tools.settleTry()
  }
  return landing ?? { account, outcome: bothRefused }
}

/**
 * The likelier first: what the site said of the new password, if it said anything; a password that has left was probably taken. One whose
 * try was cut short comes last: most often it need not be sent again.
 */
function candidates({ said, denied, presentDenied }: PendingPassword, interrupted: Readonly<Record<'pending' | 'present', number>>): ('pending' | 'present')[] {
  const order = said === 'refused' ? (['present', 'pending'] as const) : (['pending', 'present'] as const)
  return order.filter((which) => (which === 'pending' ? denied : presentDenied) !== true).sort((a, b) => interrupted[a] - interrupted[b])
}

async function settle(
  { account, accounts, tellChange, settleTry }: FlightTools,
  pending: PendingPassword,
  isPending: boolean,
  landing: Landing,
): Promise<Landing> {
  const { version } = pending
  // First: killed in between, the next sign-in asks again with the same password, which is right. The other way round a person would have to act.
  await settleTry()
  const current = isPending ? await accounts.adopt(account.id, version, 'rotated') : await accounts.dropPending(account.id, version)
  const change = isPending
    ? ({ result: 'taken', cause: 'rotated', version, seen: ['signed in with the new password'] } as const)
    : ({ result: 'not-taken', cause: 'rotated', version, seen: ['signed in with the password as it was'] } as const)
  tellChange(current, change)
  return { ...landing, account: current, change }
}

const bothRefused: Landing['outcome'] = {
  ok: false,
  kind: 'wrong-password',
  sent: false,
  seen: ['the site has refused the password as it was and the new one: neither is sent again until a person acts'],
  steps: [],
  timing: { total: 0, network: 0, captcha: 0, person: 0, relay: 0 },
}
