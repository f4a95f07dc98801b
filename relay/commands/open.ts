import type { Command } from 'commander'
import qrcode from 'qrcode'
import { accountPath, type OwnerOption } from './account.ts'
import { connectRunning } from './client.ts'
import { printJson, printLine, printNote } from './output.ts'
import { loadSettings } from './settings.ts'
import { verb } from './verb.ts'

/** `open ACCOUNT`: a handoff link, good once and for a short time. */
export function openVerb(program: Command): void {
  verb(program, 'open ACCOUNT', 'print a handoff link, good once').option('--user <NAME>', 'who owns the account').action(open)
}

async function open(name: string, options: OwnerOption): Promise<void> {
  const relay = await connectRunning(await loadSettings(options))
  const { link, expiresAt } = await relay.call<{ link: string; expiresAt: number }>('POST', accountPath(name, options, '/open'), {})
  if (options.json === true) return printJson({ link, expiresAt })
  printLine(link)
  if (!process.stdout.isTTY) return
  printNote(await qrcode.toString(link, { type: 'terminal', small: true }))
  printNote(`Good once, for ${Math.max(0, Math.round((expiresAt - Date.now()) / 1000))} seconds, for the account's owner.`)
}
