/** What is kept of the path of one letter. Lengths are in the drawing's own units. */
export interface Outline {
  /** The middle of its points. */
  readonly x: number
  readonly y: number
  /** How many points it has, those that bend its curves too. */
  readonly points: number
  /** Which commands draw it, one after the other, as a number: a font draws a letter by the same ones every time. */
  readonly commands: number
  /** How its points lie about their middle; twice as large a letter has each number doubled. */
  readonly features: readonly number[]
}

/** A letter as it is known to be drawn. */
export interface Shape extends Pick<Outline, 'y' | 'commands' | 'features'> {
  readonly character: string
}

/** Numbers in one path. */
const most = 4000
const lengths: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, T: 2, Q: 4, S: 4, C: 6, Z: 0 }

/** Undefined for a path of less than three points, and for one with arcs or words that are no commands. */
export function outlineOf(path: string): Outline | undefined {
  const points = pointsOf(path)
  if (points === undefined || points.length < 3) return undefined
  const count = points.length
  const mean = (of: (dx: number, dy: number, place: number) => number): number =>
    points.reduce((sum, [px, py], index) => sum + of(px - x, py - y, (index + 0.5) / count - 0.5), 0) / count
  let [x, y] = [0, 0]
  ;[x, y] = [mean((dx) => dx), mean((_, dy) => dy)]
  const [xx, yy] = [mean((dx) => dx * dx), mean((_, dy) => dy * dy)]
  const spread = xx + yy
  if (!(spread > 0)) return undefined
  const features = [
    Math.sqrt(xx),
    Math.sqrt(yy),
    mean((dx, dy) => dx * dy) / Math.sqrt(spread),
    mean((dx) => dx ** 3) / spread,
    mean((dx, dy) => dx * dx * dy) / spread,
    mean((dx, dy) => dx * dy * dy) / spread,
    mean((_, dy) => dy ** 3) / spread,
    // In which order they come: a `b` is drawn as a `q` turned round may be.
    mean((dx, _, place) => dx * place),
    mean((_, dy, place) => dy * place),
  ]
  return { x, y, points: count, commands: hashOf(path.replace(/[^a-z]/gi, '').toUpperCase()), features }
}

/** Every point that the path names. */
function pointsOf(path: string): readonly (readonly [x: number, y: number])[] | undefined {
  const points: [number, number][] = []
  let [x, y, startX, startY, count] = [0, 0, 0, 0, 0]
  for (const [, command = '', rest = ''] of path.matchAll(/([a-z])([^a-z]*)/gi)) {
    const kind = command.toUpperCase()
    const numbers = (rest.match(/[-+]?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number)
    const length = lengths[kind]
    count += numbers.length
    if (length === undefined || count > most || (length === 0 ? numbers.length > 0 : numbers.length === 0 || numbers.length % length !== 0)) return undefined
    if (kind === 'Z') [x, y] = [startX, startY]
    const isRelative = command !== kind
    for (let at = 0; at < numbers.length; at += length) {
      const [fromX, fromY] = isRelative ? [x, y] : [0, 0]
      for (let pair = at; pair < at + length; pair += 2) {
        if (kind === 'V') y = fromY + (numbers[pair] ?? 0)
        else x = fromX + (numbers[pair] ?? 0)
        if (length > 1) y = fromY + (numbers[pair + 1] ?? 0)
        points.push([x, y])
      }
      if (kind === 'M' && at === 0) [startX, startY] = [x, y]
    }
  }
  return points.flat().every(Number.isFinite) ? points : undefined
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash
}
