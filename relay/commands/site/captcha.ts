import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import type { CaptchaStats, Tally } from '../../login/index.ts'
import { printable, printJson, printLine, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

/** `captcha stats SITE`. */
export function captchaVerbs(captcha: Command): void {
  verb(captcha, 'stats SITE', 'how often the captchas of a site were read right, and what was learned of them').action(stats)
}

async function stats(site: string, options: CommonOptions): Promise<void> {
  const known = await withRelay(options, (relay) => relay.call<CaptchaStats & { site: string }>('GET', `/api/v1/sites/${encodeURIComponent(site)}/captchas`))
  if (options.json === true) return printJson(known)
  const kinds = Object.entries(known.byKind) as [string, Tally][]
  printTable(
    ['KIND', 'READ', 'RIGHT', 'RATE', 'ASKED', 'RIGHT'],
    [...kinds, ...(kinds.length > 1 ? [['all', known.answers] as const] : [])].map(([kind, tally]) => row(kind, tally)),
    `No captcha of ${printable(known.site)} was answered yet.`,
  )
  if (kinds.length > 0) for (const line of learned(known)) printLine(line)
}

function row(kind: string, { reads, right, asked, askedRight }: Tally): string[] {
  return [kind, String(reads), String(right), reads === 0 ? '-' : `${Math.round((100 * right) / reads)} %`, String(asked), String(askedRight)]
}

/** What is taken for known, in plain words. */
function learned({ known: { kind, length, alphabet, caseSensitive }, glyphs }: CaptchaStats): string[] {
  const facts = [
    ...(kind === undefined ? [] : [kind]),
    ...(length === undefined ? [] : [typeof length === 'number' ? counted(length, 'character') : `${length.join(' to ')} characters`]),
    ...(alphabet === undefined ? [] : [`of ${printable(alphabet)}`]),
    ...(caseSensitive === false ? ['capitals and small letters count alike'] : []),
  ]
  const votes = glyphs.way === undefined ? 'does not vote' : `votes (${glyphs.way}; read ${Math.round(100 * (glyphs.rate ?? 0))} % of the latest by itself)`
  return [
    `Learned: ${facts.length === 0 ? 'not enough yet' : facts.join(', ')}.`,
    `Glyph memory: ${counted(glyphs.count, 'character')} from ${counted(glyphs.images, 'confirmed image')}; it ${votes}.`,
  ]
}
