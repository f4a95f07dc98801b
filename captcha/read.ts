import { decodeSteps, type Step } from './beam.ts'
import { calibrated } from './calibration.ts'
import type { ReadHints, ReadResult } from './contract.ts'
import { crop, unframed } from './crop.ts'
import { decode } from './decode.ts'
import { despeckle } from './despeckle.ts'
import { sumGrammar, textGrammar } from './grammar.ts'
import { inkOf } from './ink.ts'
import { lineOf } from './line.ts'
import type { Grey, Picture } from './picture.ts'
import { planesOf } from './planes.ts'
import type { Pool } from './pool.ts'
import type { Pools } from './pools.ts'
import { trim } from './trim.ts'
import { unline } from './unline.ts'
import { supportOf, tally } from './vote.ts'

type Kind = ReadResult['kind']

/** One look is enough with this support. */
const sure = 0.93
/** Two looks of the general network are enough with this. */
const surely = 0.85
/** Below this support our models have not seen such an image. */
const lost = 0.2

/** Reads one image and says how often such a read is right. */
export async function readImage(image: Buffer, hints: ReadHints, pools: Pools): Promise<ReadResult> {
  const began = performance.now()
  const { kind, texts } = await lookAt(image, hints, pools)
  const candidates = texts.slice(0, 5).map(({ text, support }) => ({ text, confidence: calibrated(support) }))
  const ms = Math.round((performance.now() - began) * 10) / 10
  return { text: texts[0]?.text ?? '', answer: texts[0]?.answer ?? '', confidence: candidates[0]?.confidence ?? 0, kind, candidates, ms }
}

/** Cleans, looks once, looks again where unsure, and votes. */
export async function lookAt(image: Buffer, hints: ReadHints, pools: Pools): Promise<Verdict> {
  const picture = unframed(await decode(image))
  const ink = inkOf(picture)
  const seen = [await pools.captcha.recognise(await lineOf(ink))]
  const first = verdict(seen, hints)
  if (best(first) >= sure) return first
  seen.push(...(await looks(wholeViews(picture).map(planesOf), pools.general)))
  const second = verdict(seen, hints)
  if (best(second) >= surely) return second
  seen.push(...(await looks([lineOf(ink, 0.95), lineOf(ink, 1.05)], pools.captcha)), ...(await looks(closeViews(picture).map(planesOf), pools.general)))
  const third = verdict(seen, hints)
  if (best(third) >= lost) return third
  seen.push(
    ...(await looks(
      printViews(ink).map((view) => lineOf(view)),
      pools.print,
    )),
  )
  return verdict(seen, hints)
}

/** For the general network: the whole image, and a little less of it. */
function wholeViews(picture: Picture): Picture[] {
  return [picture, crop(picture, Math.round(picture.width * 0.02), Math.round(picture.height * 0.06))]
}

/** Nearer, for small letters in the middle of much paper. */
function closeViews(picture: Picture): Picture[] {
  return [crop(picture, Math.round(picture.width * 0.04), 0), crop(picture, Math.round(picture.width * 0.22), Math.round(picture.height * 0.22))]
}

/** For the stock model, which wants a line of print with some air around it: specks gone, thin lines gone, thicker ones too. */
function printViews(ink: Grey): Grey[] {
  const thin = Math.max(1, Math.round(ink.height / 50))
  return [despeckle(ink), unline(ink, thin), unline(ink, 2 * thin)].map((view) => trim(view, Math.round(ink.height / 4)))
}

async function looks<Input>(lines: readonly (Input | Promise<Input>)[], pool: Pool<Input>): Promise<Step[][]> {
  return Promise.all(lines.map(async (line) => pool.recognise(await line)))
}

/** What the votes say: the kind of image, and its texts with the likeliest first. */
export interface Verdict {
  readonly kind: Kind
  readonly texts: readonly Voted[]
}

export interface Voted {
  readonly text: string
  readonly answer: string
  /** supportOf its votes. */
  readonly support: number
}

function best({ texts }: Verdict): number {
  return texts[0]?.support ?? 0
}

/** The likelier of the kinds the hints leave open. */
function verdict(seen: readonly (readonly Step[])[], hints: ReadHints): Verdict {
  const counts = kindsOf(hints).map((kind) => {
    const grammar = kind === 'arithmetic' ? sumGrammar : textGrammar(hints)
    return {
      kind,
      tallies: tally(
        seen.map((steps) => decodeSteps(steps, grammar)),
        kind,
        hints,
      ),
    }
  })
  const total = counts.flatMap(({ tallies }) => tallies).reduce((sum, { probability }) => sum + probability, 0)
  return counts
    .map(
      ({ kind, tallies }): Verdict => ({
        kind,
        texts: tallies.map(({ text, answer, probability }) => ({ text, answer, support: supportOf(probability, total) })),
      }),
    )
    .reduce((a, b) => (best(b) > best(a) ? b : a))
}

function kindsOf({ kind = 'auto', alphabet, length }: ReadHints): readonly Kind[] {
  if (kind !== 'auto') return [kind]
  // A hint about the characters or their number speaks of text.
  return alphabet === undefined && length === undefined ? ['text', 'arithmetic'] : ['text']
}
