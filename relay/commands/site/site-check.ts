import type { ProbeReport } from '../../login/index.ts'
import { ask } from '../secrets/read-secret.ts'
import { printable, printJson, printLine, printNote } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { withRelay } from '../verb/verb.ts'
import { showReport } from './site-view.ts'

interface Check extends ProbeReport {
  readonly changes: readonly string[]
  readonly update?: { readonly changes: readonly string[]; readonly widens: readonly string[] }
  readonly updated: boolean
}

export interface CheckOptions extends CommonOptions {
  readonly update?: boolean
  readonly yes?: boolean
}

/** `site check ID`: looks again and says what has changed; `--update` takes it over. */
export async function checkSite(id: string, options: CheckOptions): Promise<void> {
  const path = `/api/v1/sites/${encodeURIComponent(id)}/check`
  await withRelay(options, async (relay) => {
    const check = await relay.call<Check>('POST', path, {})
    if (options.json !== true) show(check, id, options)
    const isWanted = options.update === true && check.update !== undefined
    const agreed = isWanted ? await agree(check, options) : undefined
    const last = agreed === undefined ? check : await relay.call<Check>('POST', path, { update: true, ...agreed })
    if (options.json === true) printJson(last)
    else if (last.updated) printLine('The declaration says so now.')
    if (!last.ok && !last.updated) process.exitCode = 1
  })
}

function show(check: Check, id: string, { update }: CheckOptions): void {
  showReport(check, printLine)
  if (check.changes.length > 0) printLine('What has changed since the declaration was written:')
  else if (check.ok) printLine('Nothing has changed since the declaration was written.')
  for (const change of check.changes) printLine(`  ${printable(change)}`)
  if (check.update !== undefined && update !== true) printNote(`\`login-relay site check ${id} --update\` writes this into the declaration.`)
}

/** What the person agrees to; undefined: nothing. */
async function agree({ update }: Check, { yes }: CheckOptions): Promise<{ readonly agreed: readonly string[] } | { readonly yes: true } | undefined> {
  if (yes === true) return { yes: true }
  const widens = update?.widens ?? []
  if (widens.length === 0) return { agreed: [] }
  for (const sentence of widens) printNote(`  ${printable(sentence)}`)
  if (!process.stdin.isTTY) {
    printNote('Nobody is there to agree to that: add --yes.')
    return undefined
  }
  return /^y(es)?$/i.test((await ask('Is that right? [y/N] ')).trim()) ? { agreed: widens } : undefined
}
