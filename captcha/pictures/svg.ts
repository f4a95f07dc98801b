import { checkSvgEffort, checkSvgLength, type SvgEffort } from './svg-budget.ts'
import { unreadable } from './unreadable.ts'

/** What a drawn captcha is made of. Anything else (scripts, images, filters, reuse of parts) is refused, not cleaned. */
const allowed = new Set(
  'svg g path line polyline polygon rect circle ellipse text tspan defs linearGradient radialGradient stop title desc style clipPath'.split(' '),
)

export interface CheckedSvg {
  readonly text: string
  readonly effort: SvgEffort
}

/** The SVG's text, if it draws with shapes alone, as many as a captcha needs, and refers to nothing outside itself. */
export function checkSvg(bytes: Buffer): CheckedSvg {
  checkSvgLength(bytes)
  // One encoding only: what is checked must be what is drawn.
  const text = new TextDecoder('utf-8').decode(bytes)
  if (text.includes('\0') || text.includes('\ufffd')) throw unreadable('the SVG is not UTF-8')
  const declaration = /^\s*<\?xml\s[^>]*\?>/.exec(text)?.[0] ?? ''
  if (/encoding\s*=\s*["'](?!utf-?8["'])/i.test(declaration)) throw unreadable('the SVG is not UTF-8')
  // A line of the finest dashes is millions of lines.
  const body = withoutComments(text.slice(declaration.length)).replace(/stroke-dasharray/gi, 'no-dashes')
  if (body.includes('<!')) throw unreadable('the SVG declares a document type or entities')
  if (body.includes('<?')) throw unreadable('the SVG holds processing instructions')
  const plain = withoutCharacterReferences(body)
  const effort = checkSvgEffort(body, plain, checkElements(body))
  checkReferences(plain)
  return { text: body, effort }
}

/** A regular expression for it would look through the whole text for every beginning that has no end. */
function withoutComments(text: string): string {
  let [kept, at] = ['', 0]
  for (;;) {
    const start = text.indexOf('<!--', at)
    const end = start === -1 ? -1 : text.indexOf('-->', start + 4)
    if (end === -1) return kept + text.slice(at)
    kept += text.slice(at, start)
    at = end + 3
  }
}

/** How many there are. */
function checkElements(body: string): number {
  let count = 0
  for (const [, name = ''] of body.matchAll(/<\s*([^\s/>]+)/g)) {
    if (!allowed.has(name.replace(/^svg:/, ''))) throw unreadable('the SVG holds elements that a drawing does not need')
    count++
  }
  return count
}

function withoutCharacterReferences(body: string): string {
  return body.replace(/&#(?:x([0-9a-f]+)|([0-9]+));/gi, (_, hex: string | undefined, decimal: string) =>
    String.fromCodePoint(Math.min(0x10ffff, hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))),
  )
}

function checkReferences(plain: string): void {
  for (const [, target = ''] of plain.matchAll(/\bhref\s*=\s*["']?\s*([^"'\s>]*)/gi)) {
    if (!target.startsWith('#')) throw unreadable('the SVG refers to something outside itself')
  }
  for (const [, target = ''] of plain.matchAll(/url\s*\(\s*["']?\s*([^"')\s]*)/gi)) {
    if (!target.startsWith('#')) throw unreadable('the SVG refers to something outside itself')
  }
  // Some are functions of a style: `sepia()` alone takes twenty milliseconds of a picture of 600 by 600, as often as it stands there.
  if (/(?<![\w-])filter\b/i.test(plain)) throw unreadable('the SVG filters what it draws')
  if (/@import|\\|dasharray/i.test(plain)) throw unreadable('the SVG imports or hides style rules')
  if (/\son[a-z]+\s*=/i.test(plain)) throw unreadable('the SVG holds scripts')
}

/**
 * The drawing without its noise: lines, and paths that have a stroke and no fill. Where everything is such a stroke, the
 * text is too, and the drawing stays as it is.
 */
export function withoutStrokes(svg: string): string {
  const cleaned = svg.replace(/<(path|line|polyline)\b[^<>]*(>\s*<\/\1\s*>|(?<=\/)>)/g, (element, name: string) => (isStroke(element, name) ? '' : element))
  return /<(path|text|polygon)\b/.test(cleaned) ? cleaned : svg
}

function isStroke(element: string, name: string): boolean {
  const plain = element.replace(/\s+/g, ' ')
  const stroked = /\bstroke ?[=:] ?["']? ?(?![ "']|none)/.test(plain)
  return stroked && (name === 'line' || /\bfill ?[=:] ?["']? ?none/.test(plain))
}
