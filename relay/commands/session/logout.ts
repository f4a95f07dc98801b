import type { Command } from 'commander'
import { accountPath, type OwnerOption } from '../account/account.ts'
import { lingerWords } from '../account/account-copies.ts'
import { printable, printJson, printLine } from '../verb/output.ts'
import { takesCommon, withRelay } from '../verb/verb.ts'

interface Ended {
  readonly ended: boolean
  readonly copiesLinger: boolean
}

/** `logout ACCOUNT`: ends the session here, and tells the site. */
export function logoutVerb(command: Command): void {
  takesCommon(command).option('--user <NAME>', 'who owns the account').action(logout)
}

async function logout(name: string, options: OwnerOption): Promise<void> {
  const answer = await withRelay(options, (relay) => relay.call<Ended>('POST', accountPath(name, options, '/logout'), {}))
  if (options.json === true) return printJson(answer)
  if (answer.copiesLinger) printLine(`The session of ${printable(name)} is ended here. ${lingerWords(name, options)}`)
  else printLine(answer.ended ? `Ended the session of ${printable(name)} here; the site was told.` : `${printable(name)} had no session.`)
}
