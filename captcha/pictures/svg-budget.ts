/**
 * How much work a drawing may be. A few kilobytes of SVG can keep a core busy for minutes, and nothing can interrupt the library that draws
 * it: so what it would cost is told from its text, before anything draws it. Everything here takes time in proportion to the text's length.
 */

import { unreadable } from './unreadable.ts'

/**
 * Twice what captchas need, and more. `numbers`: all of them, coordinates above all; the cost of a shape grows with the square of its corners.
 * `layers`: parts that are drawn by themselves first, and references to other parts. `families`: names of fonts, each looked for anew at every size.
 */
const most = { bytes: 256 * 1024, elements: 5000, numbers: 8000, letters: 500, rules: 4000, layers: 50, families: 200 } as const
/** Pixels that are painted, all elements together, if each covers the whole drawing; a layer costs as much as ten elements. */
const mostPainted = 60_000_000
/** Drawn larger than this a captcha is no clearer. */
const mostPixels = 400_000

/** What drawing costs, counted from the text. */
export interface SvgEffort {
  readonly elements: number
  readonly layers: number
}

export function checkSvgLength(bytes: Buffer): void {
  if (bytes.length > most.bytes) throw unreadable(`the SVG is larger than ${most.bytes / 1024} kB`)
}

/** Refuses what no captcha consists of; gives what is to be weighed against the drawing's size. `plain`: with characters in place of references to them. */
export function checkSvgEffort(body: string, plain: string, elements: number): SvgEffort {
  if (elements > most.elements) throw unreadable(`the SVG holds more than ${most.elements} elements`)
  const numbers = count(body, /\d*\.?\d+/g, most.numbers)
  if (numbers > most.numbers) throw unreadable(`the SVG holds more than ${most.numbers} numbers`)
  const { rules, letters } = textsOf(body)
  if (rules.length > most.rules) throw unreadable('the SVG holds more style rules than a drawing needs')
  if (letters > most.letters) throw unreadable('the SVG holds more text than a captcha')
  if (familiesIn(plain) > most.families) throw unreadable('the SVG names more fonts than a captcha')
  const layered = /(?<![\w-])(?:opacity|clip-path|isolation|mix-blend-mode|href)\b/gi
  // A rule may hold for every element.
  const layers = new RegExp(layered, 'i').test(rules) ? elements : count(plain, layered, most.layers)
  if (layers > most.layers) throw unreadable('the SVG holds more layers than a drawing needs')
  return { elements, layers }
}

/** The same for the size it is drawn at. */
export function checkSvgSize({ elements, layers }: SvgEffort, width: number, height: number): void {
  const pixels = width * height
  if (pixels > mostPixels || pixels * (elements + 10 * layers) > mostPainted) throw unreadable(`it is ${width} by ${height} pixels, too large for a captcha`)
}

/** How many names of fonts its attributes and styles list, or more: what stands after a style in its element is counted with it. */
function familiesIn(plain: string): number {
  const lists = plain.matchAll(/(?<![\w-])font(?:-family)?(?:\s*=\s*("[^"]*"|'[^']*')|(?![\w-])([^;}<>]*))/gi)
  return [...lists].reduce((sum, [, attribute, style]) => sum + (attribute ?? style ?? '').split(',').length, 0)
}

/** The style rules, and how many characters stand between the other elements. */
function textsOf(body: string): { rules: string; letters: number } {
  let [rules, letters, inRules] = ['', 0, false]
  for (const part of body.split('<')) {
    const end = part.indexOf('>')
    const text = part.slice(end + 1)
    if (/^(?:svg:)?style[\s>]/.test(part)) inRules = true
    else if (/^\/(?:svg:)?style\b/.test(part)) inRules = false
    if (inRules) rules += text
    else letters += text.trim().length
  }
  return { rules, letters }
}

/** How often it occurs; counting stops above `enough`. */
function count(text: string, pattern: RegExp, enough: number): number {
  let found = 0
  for (const _ of text.matchAll(pattern)) if (++found > enough) break
  return found
}
