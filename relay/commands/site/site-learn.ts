import type { Learned } from '../../portal/index.ts'
import type { OwnerOption } from '../account/account.ts'
import { printable, printJson, printLine } from '../verb/output.ts'
import { withRelay } from '../verb/verb.ts'

/** `site learn ID ACCOUNT`: signs in, and writes down by what it is told that it worked. */
export async function learnSite(id: string, account: string, options: OwnerOption & { readonly tryWrong?: boolean }): Promise<void> {
  const tryWrong = options.tryWrong === true
  const learned = await withRelay(options, (relay) =>
    relay.call<Learned>('POST', `/api/v1/sites/${encodeURIComponent(id)}/learn`, {
      account,
      tryWrong,
      ...(options.user === undefined ? {} : { user: options.user }),
    }),
  )
  if (options.json === true) return printJson(learned)
  showLearned(id, learned, tryWrong)
}

/** The signs, in plain words, and what was not learned. */
export function showLearned(id: string, { success, denied, byProtocol, ownCheck, written, refusalSeen }: Learned, tryWrong: boolean): void {
  if (byProtocol) {
    printLine('Success and denial are told by the protocol itself.')
    return
  }
  if (success.length > 0) printLine(`Success is told by ${success.map(printable).join(', or ')}.`)
  else if (ownCheck) printLine('Success is told by the adapter itself: it asks an address that only the signed-in may see.')
  else printLine('No sign of success of its own was found: the relay goes by what sites have in common.')
  if (denied.length > 0) printLine(`Denial is told by ${denied.map(printable).join(', or ')}.`)
  else if (tryWrong)
    printLine(
      refusalSeen
        ? 'The wrong password was refused; nothing in the answer is its own: the relay goes by what sites have in common.'
        : 'The wrong password was not refused in a way the relay could see: name the signs of denial in the declaration (docs/sites.md).',
    )
  else
    printLine(
      `Denial is told by the words sites use for it; \`login-relay site learn ${id} ACCOUNT --try-wrong\` learns this one's (the site counts one failed attempt).`,
    )
  if (written) printLine('That stands in the declaration.')
}
