import { unreadable } from './unreadable.ts'

/** What a drawn captcha is made of. Anything else (scripts, images, filters, reuse of parts) is refused, not cleaned. */
const allowed = new Set(
  'svg g path line polyline polygon rect circle ellipse text tspan defs linearGradient radialGradient stop title desc style clipPath'.split(' '),
)
const maxElements = 5000

/** The SVG's text, if it draws with shapes alone and refers to nothing outside itself. */
export function checkSvg(bytes: Buffer): string {
  // One encoding only: what is checked must be what is drawn.
  const text = new TextDecoder('utf-8').decode(bytes)
  if (text.includes('\0') || text.includes('\ufffd')) throw unreadable('the SVG is not UTF-8')
  const declaration = /^\s*<\?xml\s[^>]*\?>/.exec(text)?.[0] ?? ''
  if (/encoding\s*=\s*["'](?!utf-?8["'])/i.test(declaration)) throw unreadable('the SVG is not UTF-8')
  const body = text.slice(declaration.length).replace(/<!--[\s\S]*?-->/g, '')
  if (body.includes('<!')) throw unreadable('the SVG declares a document type or entities')
  if (body.includes('<?')) throw unreadable('the SVG holds processing instructions')
  checkElements(body)
  checkReferences(body)
  return body
}

function checkElements(body: string): void {
  let count = 0
  for (const [, name = ''] of body.matchAll(/<\s*([^\s/>]+)/g)) {
    if (++count > maxElements) throw unreadable(`the SVG holds more than ${maxElements} elements`)
    if (!allowed.has(name.replace(/^svg:/, ''))) throw unreadable('the SVG holds elements that a drawing does not need')
  }
}

function checkReferences(body: string): void {
  const plain = body.replace(/&#(x?)([0-9a-f]+);/gi, (_, hex: string, digits: string) =>
    String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(digits, hex === '' ? 10 : 16))),
  )
  for (const [, target = ''] of plain.matchAll(/\bhref\s*=\s*["']?\s*([^"'\s>]*)/gi)) {
    if (!target.startsWith('#')) throw unreadable('the SVG refers to something outside itself')
  }
  for (const [, target = ''] of plain.matchAll(/url\s*\(\s*["']?\s*([^"')\s]*)/gi)) {
    if (!target.startsWith('#')) throw unreadable('the SVG refers to something outside itself')
  }
  if (/@import|\\/i.test(plain)) throw unreadable('the SVG imports or hides style rules')
  if (/\son[a-z]+\s*=/i.test(plain)) throw unreadable('the SVG holds scripts')
}

/**
 * The drawing without its noise: lines, and paths that have a stroke and no fill. Where everything is such a stroke, the
 * text is too, and the drawing stays as it is.
 */
export function withoutStrokes(svg: string): string {
  const cleaned = svg.replace(/<(path|line|polyline)\b[^>]*?(\/>|>\s*<\/\1\s*>)/g, (element, name: string) => (isStroke(element, name) ? '' : element))
  return /<(path|text|polygon)\b/.test(cleaned) ? cleaned : svg
}

function isStroke(element: string, name: string): boolean {
  const stroked = /\bstroke\s*[=:]\s*["']?\s*(?!none)/.test(element)
  return stroked && (name === 'line' || /\bfill\s*[=:]\s*["']?\s*none/.test(element))
}
