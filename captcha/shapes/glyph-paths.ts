import { type Outline, outlineOf } from './outline.ts'

/** An answer of more characters is none. */
const most = 16
/** Anything but these, or in another order, may hide or move what is drawn. */
const element = /<\/?(svg|path|rect|line|polyline)\b([^<>]*)>/g
const hides = /\b(?:transform|style|class|opacity|display|visibility|clip-path)\b/
const solid = /^(?:#(?:[0-9a-f]{3}){1,2}|rgb\([^)]*\)|[a-z]+)$/i
const unseen = /^(?:none|transparent|inherit|white|#fff|#ffffff)$/i

/**
 * The characters of a drawing that has a path for each, from left to right; noise that is drawn with strokes is left out. `y` is told from the
 * drawing's middle. Undefined for a drawing that holds anything else than paths upon one colour.
 */
export function glyphPathsOf(svg: string): readonly Outline[] | undefined {
  if (hides.test(svg) || svg.replace(element, '').trim() !== '') return undefined
  const glyphs: Outline[] = []
  let [drawn, height] = [false, 0]
  for (const [, name, attributes = ''] of svg.matchAll(element)) {
    // What comes after a letter could cover it.
    if (name === 'rect' && drawn) return undefined
    if (name === 'svg' && attributes !== '') height = Number(attributeOf(attributes, 'height')?.replace(/px$/, ''))
    drawn ||= name !== 'svg' && name !== 'rect'
    if (name !== 'path' || attributes === '') continue
    const fill = attributeOf(attributes, 'fill')
    const stroke = attributeOf(attributes, 'stroke')
    if (fill === 'none' && stroke !== undefined) continue
    if ((stroke !== undefined && stroke !== 'none') || (fill !== undefined && (unseen.test(fill) || !solid.test(fill)))) return undefined
    const outline = outlineOf(attributeOf(attributes, 'd') ?? '')
    if (outline === undefined || glyphs.push(outline) > most) return undefined
  }
  if (glyphs.length === 0 || !(height > 0)) return undefined
  return glyphs.map((glyph) => ({ ...glyph, y: glyph.y - height / 2 })).sort((a, b) => a.x - b.x)
}

function attributeOf(attributes: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1]?.trim()
}
