import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import { accountPath, type OwnerOption } from '../account/account.ts'
import { connectRunning, type RelayClient } from '../verb/client.ts'
import { printJson, printLine, printNote } from '../verb/output.ts'
import { loadSettings } from '../verb/settings.ts'
import { takesCommon } from '../verb/verb.ts'

/** `open ACCOUNT`: a handoff link, good once and for a short time. */
export function openVerb(command: Command): void {
  takesCommon(command)
    .option('--user <NAME>', 'who owns the account')
    .option('--gateway', "print the account's address at the gateway instead: for browsers without the proxy; it asks the owner to sign in to the relay")
    .action(open)
}

interface OpenOptions extends OwnerOption {
  readonly gateway?: true
}

async function open(name: string, options: OpenOptions): Promise<void> {
  const relay = await connectRunning(await loadSettings(options))
  if (options.gateway === true) return openInGateway(relay, name, options)
  const { link, expiresAt } = await relay.call<{ link: string; expiresAt: number }>('POST', accountPath(name, options, '/open'), {})
  if (options.json === true) return printJson({ link, expiresAt })
  await printLink(link)
  if (!process.stdout.isTTY) return
  printNote(`Good once, for ${counted(Math.max(0, Math.round((expiresAt - Date.now()) / 1000)), 'second')}, for the account's owner.`)
}

async function openInGateway(relay: RelayClient, name: string, options: OpenOptions): Promise<void> {
  const { url } = await relay.call<{ url: string }>('GET', accountPath(name, options, '/gateway'))
  if (options.json === true) return printJson({ url })
  await printLink(url)
}

/** With a code to scan, for a person. */
async function printLink(link: string): Promise<void> {
  printLine(link)
  if (!process.stdout.isTTY) return
  const { default: qrcode } = await import('qrcode')
  printNote(await qrcode.toString(link, { type: 'terminal', small: true }))
}
