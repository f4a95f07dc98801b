import { setImmediate } from 'node:timers/promises'
import type { ReadHints, ReadResult } from './contract.ts'
import { decodeSteps, type Reading, type Step } from './decoding/beam.ts'
import { calibrated, type Evidence, mixesAlike, type Weights } from './decoding/calibration.ts'
import { folded } from './decoding/fold.ts'
import { chineseSumGrammar, type Grammar, sumGrammar, textGrammar } from './decoding/grammar.ts'
import { supportOf, tally } from './decoding/vote.ts'
import { unframed } from './ink/crop.ts'
import { inkOf } from './ink/ink.ts'
import { lineOf } from './ink/line.ts'
import { chineseViews, firstViews, furtherChineseViews, furtherViews, type View } from './ink/views.ts'
import { chineseInput } from './network/chinese-network.ts'
import { planesOf } from './network/planes.ts'
import { decode, drawingIn } from './pictures/decode.ts'
import type { Grey } from './pictures/picture.ts'
import type { Pools } from './pools.ts'
import type { Matched } from './shapes/match.ts'
import { isWhole, readShapes, stepsOf, withKnown } from './shapes/read-shapes.ts'

type Kind = ReadResult['kind']

/** One look is enough with this support. */
const sure = 0.93
/** The first looks of the general network are enough with this: above it, further ones change nothing (measured on 37 kinds). */
const surely = 0.55
/** Below this support our models have not seen such an image. */
const lost = 0.2

/** What a look saw, in the texts that each grammar allows. */
type Ballot = (grammar: Grammar) => readonly Reading[]

/** What was seen so far: by the readers of Latin letters, and by that of Chinese characters. */
interface Seen {
  readonly latin: Ballot[]
  readonly chinese: Ballot[]
}

/** Reads one image and says how often such a read is right. */
export async function readImage(image: Buffer, hints: ReadHints, pools: Pools, weights: Weights): Promise<ReadResult> {
  const began = performance.now()
  const { kind, texts } = await lookAt(image, hints, pools)
  const candidates = texts.slice(0, 5).map(({ text, evidence }) => ({ text, confidence: calibrated(evidence, weights) }))
  const ms = Math.round((performance.now() - began) * 10) / 10
  return { text: texts[0]?.text ?? '', answer: texts[0]?.answer ?? '', confidence: candidates[0]?.confidence ?? 0, kind, candidates, ms }
}

/** Cleans, looks, looks again where unsure, and votes. */
export async function lookAt(image: Buffer, hints: ReadHints, pools: Pools): Promise<Verdict> {
  const shapes = hints.kind === 'chinese' ? undefined : shapesIn(image, hints)
  if (shapes !== undefined && isWhole(shapes)) {
    const told = verdict({ latin: [ballotOf(stepsOf(shapes), hints)], chinese: [] }, waysToRead(hints), hints, 'first')
    if (best(told) >= sure) return told
  }
  const whole = await decode(image)
  const picture = unframed(whole)
  const ink = inkOf(picture)
  const seen: Seen = { latin: [], chinese: [] }
  const ways = waysToRead(hints, shapes)
  if (hints.kind === 'chinese') {
    await lookForChinese(chineseViews(ink), seen, pools)
    return verdict(seen, ways, hints, 'further')
  }
  seen.latin.push(ballotOf(await pools.captcha.recognise(await lineOf(ink)), hints))
  const first = verdict(seen, ways, hints, 'first')
  if (best(first) >= sure) return first
  await lookAround(firstViews(whole, picture), seen, hints, pools)
  const second = verdict(seen, ways, hints, 'second')
  if (best(second) >= surely) return second
  if (best(second) < lost && ways.some(({ chinese }) => chinese)) {
    await lookForChinese([ink], seen, pools)
    if (seemsChinese(seen, ways)) {
      await lookForChinese(furtherChineseViews(ink), seen, pools)
      return verdict(seen, ways, hints, 'further')
    }
  }
  await lookAround(furtherViews(whole, picture, ink), seen, hints, pools)
  return verdict(seen, ways, hints, 'further')
}

/** What its letters' outlines say, where it is a drawing. */
function shapesIn(image: Buffer, { shapes = [] }: ReadHints): Matched | undefined {
  const drawing = drawingIn(image)
  return drawing === undefined ? undefined : readShapes(drawing, shapes)
}

async function lookAround(views: Iterable<View>, { latin }: Seen, hints: ReadHints, pools: Pools): Promise<void> {
  const look = async ({ picture, counts }: View): Promise<Ballot[]> => {
    const ballot = ballotOf(await pools.general.recognise(planesOf(picture)), hints)
    return new Array<Ballot>(counts).fill(ballot)
  }
  latin.push(...(await inTurns(views, look)).flat())
}

async function lookForChinese(views: Iterable<Grey>, { chinese }: Seen, pools: Pools): Promise<void> {
  chinese.push(...(await inTurns(views, async (view) => ballotOf(await pools.chinese.recognise(await chineseInput(view)), {}))))
}

/** Begins each look in a turn of its own: of a large picture each takes long to make, and the relay has others to serve meanwhile. */
async function inTurns<V, T>(views: Iterable<V>, look: (view: V) => Promise<T>): Promise<T[]> {
  const looks: Promise<T>[] = []
  for (const view of views) {
    const one = look(view)
    // It may fail before it is waited for below.
    one.catch(() => {})
    looks.push(one)
    await setImmediate()
  }
  return Promise.all(looks)
}

/** Decodes a look once for each grammar, however often it is counted. */
function ballotOf(steps: readonly Step[], { caseSensitive, alphabet }: ReadHints): Ballot {
  const known = new Map<Grammar, readonly Reading[]>()
  const counted = caseSensitive === false ? folded(steps, alphabet) : steps
  return (grammar) => {
    const readings = known.get(grammar) ?? decodeSteps(counted, grammar)
    known.set(grammar, readings)
    return readings
  }
}

/** The Chinese look saw something likelier than all Latin ones together did. */
function seemsChinese({ latin, chinese }: Seen, ways: readonly Way[]): boolean {
  const most = (ballots: readonly Ballot[], isChinese: boolean): number =>
    Math.max(0, ...ways.filter((way) => way.chinese === isChinese).flatMap(({ grammar }) => ballots.map((ballot) => ballot(grammar)[0]?.probability ?? 0)))
  return most(chinese, true) > most(latin, false)
}

/** What the votes say: the kind of image, and its texts with the likeliest first. */
export interface Verdict {
  readonly kind: Kind
  readonly texts: readonly Voted[]
}

export interface Voted {
  readonly text: string
  readonly answer: string
  readonly evidence: Evidence
}

function best({ texts }: Verdict): number {
  return texts[0]?.evidence.support ?? 0
}

/** The likelier of the kinds the hints leave open. */
function verdict(seen: Seen, ways: readonly Way[], hints: ReadHints, stage: 'first' | 'second' | 'further'): Verdict {
  const counts = ways.map(({ kind, grammar, chinese }) => ({
    kind,
    stage: chinese ? ('chinese' as const) : stage,
    tallies: tally(
      seen[chinese ? 'chinese' : 'latin'].map((ballot) => ballot(grammar)),
      kind,
      hints,
    ),
  }))
  const total = counts.flatMap(({ tallies }) => tallies).reduce((sum, { probability }) => sum + probability, 0)
  return counts
    .map(
      ({ kind, stage, tallies }): Verdict => ({
        kind,
        texts: tallies.map(({ text, answer, probability, agreement }) => ({
          text,
          answer,
          evidence: { stage, support: supportOf(probability, total), agreement, probability, caseUnsure: hints.caseSensitive !== false && mixesAlike(text) },
        })),
      }),
    )
    .reduce((a, b) => (best(b) > best(a) ? b : a))
}

/** A kind of text and what it may look like; `chinese` where the Chinese network's looks are counted. */
interface Way {
  readonly kind: Kind
  readonly grammar: Grammar
  readonly chinese: boolean
}

function waysToRead(hints: ReadHints, shapes?: Matched): readonly Way[] {
  // States count letters: so many as are drawn must be allowed, else the hints are of another text.
  const plain = textGrammar(hints)
  const text: Way = { kind: 'text', grammar: shapes !== undefined && plain.ends(shapes.places.length) ? withKnown(plain, shapes) : plain, chinese: false }
  const chinese: Way = { kind: 'chinese', grammar: textGrammar({ ...hints, kind: 'chinese' }), chinese: true }
  const sums: readonly Way[] = [
    { kind: 'arithmetic', grammar: sumGrammar, chinese: false },
    { kind: 'arithmetic', grammar: chineseSumGrammar, chinese: true },
  ]
  const { kind = 'auto', alphabet, length } = hints
  if (kind === 'text') return [text]
  if (kind === 'chinese') return [chinese]
  if (kind === 'arithmetic') return sums
  // A hint about the characters speaks of text; one about their number, of text of either script.
  if (alphabet !== undefined) return [text]
  return length === undefined ? [text, ...sums, chinese] : [text, chinese]
}
