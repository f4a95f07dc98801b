import type { Step } from '../decoding/beam.ts'
import type { Outline, Shape } from './outline.ts'

/** What the letters of a drawing are, as far as their shapes are known. */
export interface Matched {
  /** For each of them, from left to right, what it may be and how likely that is; nothing where its shape is not known. */
  readonly places: readonly Step[]
  readonly known: number
}

/** Shapes of one font, or of one site, by the commands they are drawn with. */
export type ShapeTable = ReadonlyMap<number, readonly Shape[]>

/**
 * By how much each feature, and `y`, of a letter of one point would differ from drawing to drawing; of more points, less by the square root
 * of their number. Measured on svg-captcha, which shakes each point by up to a tenth of a unit so that no letter is drawn twice the same.
 */
const usual = [0.065, 0.065, 0.065, 0.065, 0.065, 0.07, 0.115, 0.02, 0.02] as const
const usualY = 0.066
/** Squares of such steps, summed up: above the first it is another letter; more than the second `y` may not say, for a generator may set it by chance. */
const farthest = 200
const mostOfY = 30
/** While the size is only roughly known. */
const roughly = 20

export function tableOf(shapes: readonly Shape[]): ShapeTable {
  return Map.groupBy(shapes, ({ commands }) => commands)
}

/** At the size at which the shapes were drawn before. */
export function matchAsDrawn(outlines: readonly Outline[], table: ShapeTable): Matched {
  return matchAt(outlines, table, 1, farthest)
}

/** Looks for the font, and the size, in which the most letters are known: a drawing has one of each. */
export function matchAnySize(outlines: readonly Outline[], fonts: readonly ShapeTable[]): Matched | undefined {
  let best: Fit | undefined
  for (const table of fonts) {
    for (const { commands, features } of tellingMost(outlines, table)) {
      for (const shape of table.get(commands) ?? []) {
        // One letter tells the size roughly; all of them together tell which of two that are nearly alike it is.
        const rough = matchAt(outlines, table, Math.hypot(...features) / Math.hypot(...shape.features), farthest * roughly)
        const fit = matchAt(outlines, table, rough.scale, farthest)
        if (best === undefined || fit.cost < best.cost) best = fit
      }
    }
  }
  return best
}

/**
 * The two letters that fewest of the font are drawn like, where it could have drawn half of all: to try the size that each letter tells would
 * keep a drawing of many boxes, which every font's dash is, busy for a quarter of a second.
 */
function tellingMost(outlines: readonly Outline[], table: ShapeTable): readonly Outline[] {
  const possible = outlines.filter(({ commands }) => table.has(commands))
  const among = ({ commands }: Outline): number => table.get(commands)?.length ?? 0
  return possible.length * 2 < outlines.length ? [] : possible.sort((a, b) => among(a) - among(b)).slice(0, 2)
}

interface Fit extends Matched {
  readonly cost: number
  /** The size at which the nearest shapes fit best. */
  readonly scale: number
}

function matchAt(outlines: readonly Outline[], table: ShapeTable, scale: number, most: number): Fit {
  let [known, cost, along, across] = [0, 0, 0, 0]
  const places = outlines.map((outline): Step => {
    const near = (table.get(outline.commands) ?? [])
      .map((shape) => ({ shape, far: distance(outline, shape, scale), off: offLine(outline, shape, scale) }))
      .filter(({ far }) => far < most)
      .sort((a, b) => a.far + a.off - b.far - b.off)
    const [first] = near
    cost += first === undefined ? most + mostOfY : first.far + first.off
    if (first === undefined) return new Map()
    known++
    for (const [index, step] of usual.entries()) {
      const feature = first.shape.features[index] ?? 0
      along += ((outline.features[index] ?? 0) * feature * outline.points) / step ** 2
      across += (feature ** 2 * outline.points) / step ** 2
    }
    const shares = new Map<string, number>()
    for (const { shape, far, off } of near) {
      shares.set(shape.character, Math.max(shares.get(shape.character) ?? 0, Math.exp((first.far + first.off - far - off) / 2)))
    }
    const total = [...shares.values()].reduce((sum, share) => sum + share, 0)
    return new Map([...shares].map(([character, share]) => [character, share / total]))
  })
  return { places, known, cost, scale: across === 0 ? scale : along / across }
}

function distance({ features, points }: Outline, shape: Shape, scale: number): number {
  let sum = 0
  for (const [index, step] of usual.entries()) sum += (((features[index] ?? 0) - (shape.features[index] ?? 0) * scale) / step) ** 2
  return sum * points
}

/** How far above or below its place it stands. */
function offLine({ y, points }: Outline, shape: Shape, scale: number): number {
  return Math.min(mostOfY, ((y - shape.y * scale) / usualY) ** 2 * points)
}
