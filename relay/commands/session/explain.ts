import type { Command } from 'commander'
import { isRelayError } from '../../errors.ts'
import type { KeptSnapshot } from '../../sessions/index.ts'
import { type AccountView, accountPath, type OwnerOption } from '../account/account.ts'
import { moment, printable, printJson, printLine, printNote } from '../verb/output.ts'
import { takesCommon, withRelay } from '../verb/verb.ts'

interface Standing extends AccountView {
  readonly reason?: string
  readonly seen?: readonly string[]
  readonly next?: string
}

/** `explain ACCOUNT`: how an account stands, and what was seen when its last failed sign-in failed. */
export function explainVerb(command: Command): void {
  takesCommon(command).option('--user <NAME>', 'who owns the account').option('--page', 'print the copy of the page alone, as HTML').action(explain)
}

async function explain(name: string, options: OwnerOption & { readonly page?: boolean }): Promise<void> {
  const { account, snapshot } = await withRelay(options, async (relay) => ({
    account: await relay.call<Standing>('GET', accountPath(name, options)),
    snapshot: await relay.call<KeptSnapshot>('GET', accountPath(name, options, '/snapshot')).catch((error: unknown) => {
      if (isRelayError(error, 'not_found')) return undefined
      throw error
    }),
  }))
  if (options.json === true) return printJson({ account, snapshot: snapshot ?? null })
  if (options.page === true) return printLine(snapshot?.page?.copy ?? '')
  printLine(`${printable(account.name)} at ${printable(account.site)}: ${account.state}${account.reason === undefined ? '' : ` (${account.reason})`}`)
  if (snapshot === undefined) return printLine('No sign-in of it has failed.')
  showSnapshot(snapshot, name)
  if (account.next !== undefined) printNote(printable(account.next))
}

function showSnapshot({ at, kind, seen, sent, adapter, steps, page }: KeptSnapshot, name: string): void {
  printLine(`Its last failed sign-in: ${moment(at)}, ${kind}, adapter ${printable(adapter)}.`)
  for (const line of seen) printLine(`  ${printable(line)}`)
  printLine(sent ? 'The password had been sent: it is not sent again by itself.' : 'The password had not been sent.')
  printLine('Steps:')
  for (const { at: after, text } of steps) printLine(`${`${Math.round(after)} ms`.padStart(9)}  ${printable(text)}`)
  if (page === undefined) printLine('No page was reached.')
  else showPage(page, name)
}

function showPage(page: NonNullable<KeptSnapshot['page']>, name: string): void {
  printLine(`Page: ${printable(page.url)} answered ${page.status}, titled "${printable(page.title)}", in ${printable(page.charset)}.`)
  for (const from of page.redirects) printLine(`  by way of ${printable(from)}`)
  for (const { name: form, method, action, fields } of page.forms) {
    printLine(`  form ${printable(form) || '(no name)'}: ${method.toUpperCase()} ${printable(action)}`)
    for (const field of fields)
      printLine(`    ${printable(field.name) || '(no name)'} (${printable(field.type)})${field.label === '' ? '' : ` "${printable(field.label)}"`}`)
  }
  for (const { name: cookie, change } of page.cookies) printLine(`  cookie ${printable(cookie)} ${change}`)
  if (page.messages.length > 0) printLine('Text that the page before it did not have:')
  for (const message of page.messages) printLine(`  ${printable(message)}`)
  printNote(`The page without its secrets: login-relay explain ${name} --page`)
}
