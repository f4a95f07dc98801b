import type { Command } from 'commander'
import { accountPath, type OwnerOption } from '../account/account.ts'
import { followSteps, showOutcome } from '../terminal/follow-steps.ts'
import type { RelayClient } from '../verb/client.ts'
import { printable, printNote } from '../verb/output.ts'
import { takesCommon, withRelay } from '../verb/verb.ts'

/** `login ACCOUNT`: signs in now and prints the steps; asks here what only a person can answer. */
export function loginVerb(command: Command): void {
  takesCommon(command).option('--user <NAME>', 'who owns the account').action(login)
}

async function login(name: string, options: OwnerOption): Promise<void> {
  await withRelay(options, (relay) => signInHere(relay, name, options))
}

/**
 * Signs in with its steps printed, and its questions put to the person at this terminal. False: it failed; the exit status says so. `isTrial`:
 * of an account that is gone afterwards.
 */
export async function signInHere(relay: RelayClient, name: string, options: OwnerOption & { readonly isTrial?: boolean }): Promise<boolean> {
  const json = options.json === true
  const last = await followSteps(relay, accountPath(name, options, '/login'), json)
  showOutcome(last, json)
  if (last.type === 'failed' && last.next !== undefined && !json && options.isTrial !== true) printNote(printable(last.next))
  if (last.type === 'failed' && last.kind === 'challenge' && !json && relay.running !== undefined)
    printNote(`On the site's own page you can sign in by hand: ${relay.running.portal}/accounts/${last.account.id}/by-hand`)
  return last.type === 'signed-in'
}
