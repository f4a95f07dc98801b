import { median } from './median.ts'
import type { BenchSite } from './sites.ts'
import type { ChromiumFigures } from './through-chromium.ts'
import type { RelayFigures } from './through-relay.ts'

/** A site, and how both fared there. */
export interface Row {
  readonly kind: BenchSite
  readonly byRelay: RelayFigures | { readonly problem: string }
  readonly byChromium: ChromiumFigures | undefined
}

const heads = ['all', 'site', 'captcha', 'relay', 'around', 'CPU', 'cold', 'CPU', 'warm', 'CPU']
const [nameWidth, width] = [44, 9]

export function figureLines({ kind, byRelay, byChromium }: Row, isFirst: boolean): string[] {
  const head = isFirst
    ? [
        `${''.padEnd(nameWidth)}${'relay, ms'.padStart(6 * width)}${'Chromium, ms'.padStart(4 * width)}`,
        `${'medians'.padEnd(nameWidth)}${heads.map((one) => one.padStart(width)).join('')}`,
      ]
    : []
  if ('problem' in byRelay) return [...head, `${kind.name.padEnd(nameWidth)} ${kind.needsScript === true ? 'needs script: ' : ''}${byRelay.problem}`]
  const own = [byRelay.all, byRelay.site, byRelay.captcha, byRelay.relay, byRelay.around, byRelay.cpu]
  const others = byChromium === undefined ? [] : [byChromium.cold.wall, byChromium.cold.cpu, byChromium.warm.wall, byChromium.warm.cpu]
  return [...head, `${kind.name.padEnd(nameWidth)}${[...own, ...others].map((one) => one.toFixed(1).padStart(width)).join('')}`]
}

/** How many signed in, and how the targets stand. */
export function verdictLines(rows: readonly Row[]): string[] {
  const isIn = ({ byRelay }: Row) => 'all' in byRelay
  const plain = rows.filter(({ kind }) => kind.needsScript !== true)
  const scripted = rows.filter(({ kind }) => kind.needsScript === true)
  const compared = plain.flatMap(({ byRelay, byChromium }) => ('all' in byRelay && byChromium !== undefined ? [{ byRelay, byChromium }] : []))
  const ratio = (of: (one: (typeof compared)[number]) => number) => `${median(compared.map(of)).toFixed(0)} times`
  const own = plain.flatMap(({ byRelay }) => ('all' in byRelay ? [byRelay.relay] : []))
  return [
    '',
    `${plain.filter(isIn).length} of ${plain.length} sites signed in without a hand-written declaration; of ${scripted.length} more that need script, ${scripted.filter(isIn).length}`,
    `the relay's own time beside the site's: ${median(own).toFixed(1)} ms at the median, ${Math.max(...own).toFixed(1)} ms at most (target: 10 ms)`,
    ...(compared.length === 0
      ? []
      : [
          `${compared.length} sites compared, at the median: a Chromium started for the purpose takes ${ratio(({ byRelay, byChromium }) => byChromium.cold.wall / byRelay.all)} as long (target: 15) and ${ratio(({ byRelay, byChromium }) => byChromium.cold.cpu / byRelay.cpu)} the CPU time (target: 50)`,
          `a Chromium that runs already: ${ratio(({ byRelay, byChromium }) => byChromium.warm.wall / byRelay.all)} as long and ${ratio(({ byRelay, byChromium }) => byChromium.warm.cpu / byRelay.cpu)} the CPU time`,
        ]),
  ]
}
