import { z } from 'zod'
import type { ReadResult } from '../contract.ts'
import type { Shape } from '../shapes/outline.ts'
import type { InkCounts } from './fixed-noise.ts'
import { packGlyph, unpackGlyph } from './glyph.ts'
import { type Habits, noHabits } from './habits.ts'
import type { Sample } from './recall.ts'
import type { Tally } from './tally.ts'
import type { Entry } from './track.ts'
import { type Way, ways } from './ways.ts'

export interface WayState {
  readonly samples: readonly Sample[]
  /** Distances to the nearest glyphs, and whether the text was right, of images it had not seen. */
  readonly track: readonly Entry[]
}

export interface MemoryState {
  readonly byKind: Readonly<Partial<Record<ReadResult['kind'], Tally>>>
  readonly habits: Habits
  /** Confidences and whether the read was right. */
  readonly track: readonly Entry[]
  readonly refusedInARow: number
  /** Confirmed images whose glyphs were learned. */
  readonly images: number
  readonly counted: InkCounts | undefined
  /** Outlines of letters, where the images are drawings. */
  readonly shapes: readonly Shape[]
  /** The ways that are still tried; none: this site's images cannot be read by their glyphs. */
  readonly ways: Readonly<Partial<Record<Way, WayState>>>
}

export const emptyState: MemoryState = {
  byKind: {},
  habits: noHabits,
  track: [],
  refusedInARow: 0,
  images: 0,
  counted: undefined,
  shapes: [],
  ways: Object.fromEntries(ways.map((way) => [way, { samples: [], track: [] }])),
}

/** A site draws its letters in two fonts at most, as a rule. */
export const mostShapes = 160

const count = z.int().min(0)
const counts = z.record(z.string().max(8), count)
const track = z.array(z.tuple([z.number(), z.boolean()])).max(64)
const tally = z.object({ reads: count, right: count, asked: count, askedRight: count })
const kinds = z.enum(['text', 'arithmetic', 'chinese'])

const packed = z.object({
  v: z.literal(1),
  byKind: z.partialRecord(kinds, tally),
  habits: z.object({ kinds: z.partialRecord(kinds, count), lengths: counts, drawn: counts, typed: counts, caseless: count }),
  track,
  refusedInARow: count,
  images: count,
  counted: z.object({ width: count, height: count, images: count, counts: z.base64() }).optional(),
  shapes: z
    .array(z.tuple([z.string().max(8), count, z.number(), z.array(z.number()).length(9)]))
    .max(mostShapes)
    .default([]),
  ways: z.partialRecord(z.enum(['patches', 'smooth', 'cells']), z.object({ track, samples: z.array(z.tuple([z.string().max(8), z.base64()])).max(640) })),
})

/** As JSON. */
export function packState(state: MemoryState): z.input<typeof packed> {
  const { counted, ways: known, habits, byKind, track, refusedInARow, images, shapes } = state
  const packedWays = Object.entries(known).map(([way, { samples, track: own }]) => [
    way,
    { track: own, samples: samples.map(({ character, glyph }) => [character, packGlyph(glyph)]) },
  ])
  return {
    v: 1,
    byKind,
    habits,
    track: track.map(([score, right]) => [score, right]),
    refusedInARow,
    images,
    ...(counted === undefined ? {} : { counted: { ...counted, counts: Buffer.from(counted.counts).toString('base64') } }),
    shapes: shapes.map(({ character, commands, y, features }) => [character, commands, rounded(y), features.map(rounded)]),
    ways: Object.fromEntries(packedWays),
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** Undefined for what `packState` did not make. */
export function unpackState(snapshot: unknown): MemoryState | undefined {
  const read = packed.safeParse(snapshot)
  if (!read.success) return undefined
  const { counted, ways: known, shapes, ...rest } = read.data
  const inkCounts = counted === undefined ? undefined : { ...counted, counts: new Uint8Array(Buffer.from(counted.counts, 'base64')) }
  if (inkCounts !== undefined && inkCounts.counts.length !== inkCounts.width * inkCounts.height) return undefined
  const unpackedWays = Object.entries(known).map(([way, { track: own, samples }]) => [
    way,
    {
      track: own,
      samples: samples.flatMap(([character, text]): Sample[] => {
        const glyph = unpackGlyph(text)
        return glyph === undefined ? [] : [{ character, glyph }]
      }),
    },
  ])
  const { byKind, habits } = rest
  return {
    ...rest,
    byKind: byKind as MemoryState['byKind'],
    habits: habits as Habits,
    counted: inkCounts,
    shapes: shapes.map(([character, commands, y, features]) => ({ character, commands, y, features })),
    ways: Object.fromEntries(unpackedWays),
  }
}
