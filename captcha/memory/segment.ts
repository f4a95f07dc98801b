import { componentsOf } from '../ink/components.ts'
import { inked } from '../ink/ink.ts'
import type { Grey } from '../pictures/picture.ts'
import type { Box } from './glyph.ts'

interface Patch extends Box {
  readonly area: number
}

/**
 * Cuts a line of characters into `count` boxes, from left to right: patches of ink that hang together, the likeliest ones put together
 * or cut apart until there are as many as characters. Undefined where there is too little ink for that.
 */
export function segment(grey: Grey, count: number): readonly Box[] | undefined {
  let patches = stacked(patchesOf(grey))
  patches = withoutSpecks(patches, count)
  while (patches.length > count) patches = joinNearest(patches)
  while (patches.length < count) {
    const more = cutWidest(grey, patches)
    if (more === undefined) return undefined
    patches = more
  }
  return patches
}

/** Ink joined by side or corner, from left to right. */
function patchesOf(grey: Grey): Patch[] {
  const patches = componentsOf(grey).map(({ pixels, left, top, right, bottom }) => ({ left, top, right, bottom, area: pixels.length }))
  return patches.sort((a, b) => a.left + a.right - (b.left + b.right))
}

/** Patches above one another are one character: the dot of an i, the strokes of a broken letter. */
function stacked(patches: readonly Patch[]): Patch[] {
  const joined: Patch[] = []
  for (const patch of patches) {
    const last = joined.at(-1)
    if (last !== undefined && overlap(last, patch) > 0.6 * Math.min(widthOf(last), widthOf(patch))) joined[joined.length - 1] = union(last, patch)
    else joined.push(patch)
  }
  return joined
}

/** The smallest go while there are more than enough and they are far smaller than the characters can be. */
function withoutSpecks(patches: readonly Patch[], count: number): Patch[] {
  const areas = patches.map(({ area }) => area).sort((a, b) => b - a)
  const usual = areas[Math.min(count, areas.length) - 1] ?? 0
  const median = areas[Math.floor(Math.min(count, areas.length) / 2)] ?? 0
  const least = Math.max(3, Math.min(usual, median * 0.25))
  return patches.filter(({ area }) => area >= least)
}

function joinNearest(patches: readonly Patch[]): Patch[] {
  let [at, least] = [0, Number.POSITIVE_INFINITY]
  for (let index = 0; index + 1 < patches.length; index++) {
    const [one, other] = [patches[index] as Patch, patches[index + 1] as Patch]
    const width = Math.max(one.right, other.right) - Math.min(one.left, other.left)
    if (width < least) [at, least] = [index, width]
  }
  return patches.toSpliced(at, 2, union(patches[at] as Patch, patches[at + 1] as Patch))
}

/** Cuts the widest patch where there is least ink, not too near its ends. */
function cutWidest(grey: Grey, patches: readonly Patch[]): Patch[] | undefined {
  const widest = patches.reduce((a, b) => (widthOf(b) > widthOf(a) ? b : a), patches[0] as Patch)
  if (widest === undefined || widthOf(widest) < 6) return undefined
  const usual = patches.length < 2 ? widthOf(widest) / 2 : median(patches.filter((patch) => patch !== widest).map(widthOf))
  const parts = Math.max(2, Math.round(widthOf(widest) / Math.max(1, usual)))
  const wanted = widest.left + widthOf(widest) / parts
  const reach = widthOf(widest) / parts / 2
  let [at, least] = [Math.round(wanted), Number.POSITIVE_INFINITY]
  for (let x = Math.max(widest.left + 1, Math.ceil(wanted - reach)); x <= Math.min(widest.right - 1, Math.floor(wanted + reach)); x++) {
    const cost = inkOfColumn(grey, x, widest) + Math.abs(x - wanted) / reach
    if (cost < least) [at, least] = [x, cost]
  }
  const halves = [tight(grey, { ...widest, right: at }), tight(grey, { ...widest, left: at + 1 })]
  if (halves.some((half) => half === undefined)) return undefined
  return patches.toSpliced(patches.indexOf(widest), 1, ...(halves as Patch[]))
}

/** The box drawn in to the ink within it. */
function tight({ width, data }: Grey, box: Box): Patch | undefined {
  let [left, top, right, bottom, area] = [box.right + 1, box.bottom + 1, -1, -1, 0]
  for (let y = box.top; y <= box.bottom; y++) {
    for (let x = box.left; x <= box.right; x++) {
      if ((data[y * width + x] ?? 255) >= inked) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      area++
    }
  }
  return area === 0 ? undefined : { left, top, right, bottom, area }
}

function inkOfColumn({ width, data }: Grey, x: number, { top, bottom }: Box): number {
  let count = 0
  for (let y = top; y <= bottom; y++) if ((data[y * width + x] ?? 255) < inked) count++
  return count
}

function union(one: Patch, other: Patch): Patch {
  return {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
    area: one.area + other.area,
  }
}

function overlap(one: Box, other: Box): number {
  return Math.min(one.right, other.right) - Math.max(one.left, other.left) + 1
}

function widthOf({ left, right }: Box): number {
  return right - left + 1
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
