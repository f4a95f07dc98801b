import type { Command } from 'commander'
import { accountPath, type OwnerOption } from './account/account.ts'
import { printable, printJson, printLine } from './verb/output.ts'
import { verb, withRelay } from './verb/verb.ts'

/** `logout ACCOUNT`: ends the session, here and at the site. */
export function logoutVerb(program: Command): void {
  verb(program, 'logout ACCOUNT', 'end the session, here and at the site').option('--user <NAME>', 'who owns the account').action(logout)
}

async function logout(name: string, options: OwnerOption): Promise<void> {
  const { ended } = await withRelay(options, (relay) => relay.call<{ ended: boolean }>('POST', accountPath(name, options, '/logout'), {}))
  if (options.json === true) printJson({ ended })
  else printLine(ended ? `Ended the session of ${printable(name)}.` : `${printable(name)} had no session.`)
}
