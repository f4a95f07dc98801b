import type { ProbeReport } from '../../login/index.ts'
import { printable } from '../verb/output.ts'

export interface SiteView {
  readonly id: string
  readonly origins: readonly string[]
  readonly loginUrl: string
  readonly adapter: string
  readonly delivery: string
  readonly endpoints?: readonly EndpointView[]
}

export interface EndpointView {
  readonly address: string
  readonly clients?: readonly string[]
  readonly state: 'up' | 'down' | 'unknown'
  readonly milliseconds?: number
  readonly problem?: string
}

/** How an endpoint is, in a line. */
export function endpointInWords({ address, clients = [], state, milliseconds, problem }: EndpointView): string {
  const facts = [state, ...(milliseconds === undefined ? [] : [`${milliseconds} ms`]), ...(problem === undefined ? [] : [problem])]
  return `${address}${clients.length === 0 ? '' : ` for ${clients.join(', ')}`}: ${facts.join(', ')}`
}

/** A declaration and how it stands to what is enrolled. */
export interface DeclarationView {
  readonly site: string
  readonly file: string
  readonly text: string
  readonly declared: 'same' | 'changed' | 'waits' | 'invalid' | 'missing'
  readonly changes: readonly string[]
  readonly widens: readonly string[]
  readonly digest?: string
  readonly problem?: string
}

/** What was found, in plain words. */
export function showFound({ found }: ProbeReport, print: (line: string) => void): void {
  for (const line of found) print(`  ${printable(line)}`)
}

/** The same, and what is wrong with it. */
export function showReport(report: ProbeReport, print: (line: string) => void): void {
  showFound(report, print)
  if (report.problem !== undefined) print(`  ${printable(report.problem.text)}\n  ${printable(report.problem.next)}`)
}
