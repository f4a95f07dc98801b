import type { Command } from 'commander'
import { printable, printJson, printLine } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { takesCommon, withRelay } from '../verb/verb.ts'
import { instant } from './grant-terms.ts'

interface Verdict {
  readonly allowed: boolean
  readonly rule: string
  readonly reason: string
  readonly grant?: string
}

interface WhyOptions extends CommonOptions {
  readonly device?: string
  readonly address?: string
  readonly at?: number
}

/** `why USER ACCOUNT`: may this person use this account, and by which rule? */
export function whyVerb(command: Command): void {
  takesCommon(command)
    .option('--device <NAME>', 'by this device of theirs')
    .option('--address <IP>', 'from this address')
    .option('--at <TIME>', 'then, instead of now: 2026-01-31T09:00Z', instant)
    .action(why)
}

async function why(user: string, account: string, { device, address, at, ...options }: WhyOptions): Promise<void> {
  const query = new URLSearchParams({ user, account })
  for (const [name, value] of Object.entries({ device, address, at })) if (value !== undefined) query.set(name, String(value))
  const answer = await withRelay(options, (relay) =>
    relay.call<Verdict & { places: string[]; others: (Verdict & { to: string; terms?: string[] })[] }>('GET', `/api/v1/why?${query}`),
  )
  if (options.json === true) return printJson(answer)
  printLine(lineOf(answer))
  if (address !== undefined)
    printLine(`  ${printable(address)} is ${answer.places.length === 0 ? 'at a place that nobody knows' : `at ${answer.places.map(printable).join(', ')}`}`)
  for (const { to, terms = [], ...one } of answer.others) printLine(`  grant ${one.grant} to ${[to, ...terms].map(printable).join(', ')}: ${lineOf(one)}`)
}

function lineOf({ allowed, rule, reason }: Verdict): string {
  return `${allowed ? 'allowed' : 'refused'} by ${rule}: ${reason}`
}
