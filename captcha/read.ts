import { decodeSteps, type Step } from './beam.ts'
import { calibrated, type Evidence, type Stage } from './calibration.ts'
import { chineseInput } from './chinese-network.ts'
import type { ReadHints, ReadResult } from './contract.ts'
import { unframed } from './crop.ts'
import { decode } from './decode.ts'
import { folded } from './fold.ts'
import { chineseSumGrammar, type Grammar, sumGrammar, textGrammar } from './grammar.ts'
import { inkOf } from './ink.ts'
import { lineOf } from './line.ts'
import type { Grey, Picture } from './picture.ts'
import { planesOf } from './planes.ts'
import type { Pools } from './pools.ts'
import { chineseViews, firstViews, furtherViews, printViews } from './views.ts'
import { supportOf, tally } from './vote.ts'

type Kind = ReadResult['kind']

/** One look is enough with this support. */
const sure = 0.93
/** Two looks of the general network are enough with this. */
const surely = 0.85
/** Below this support our models have not seen such an image. */
const lost = 0.2

/** What was seen so far: by the readers of Latin letters, and by that of Chinese characters. */
interface Seen {
  readonly latin: Step[][]
  readonly chinese: Step[][]
}

/** Reads one image and says how often such a read is right. */
export async function readImage(image: Buffer, hints: ReadHints, pools: Pools): Promise<ReadResult> {
  const began = performance.now()
  const { kind, texts } = await lookAt(image, hints, pools)
  const candidates = texts.slice(0, 5).map(({ text, evidence }) => ({ text, confidence: calibrated(evidence) }))
  const ms = Math.round((performance.now() - began) * 10) / 10
  return { text: texts[0]?.text ?? '', answer: texts[0]?.answer ?? '', confidence: candidates[0]?.confidence ?? 0, kind, candidates, ms }
}

/** Cleans, looks, looks again where unsure, and votes. */
export async function lookAt(image: Buffer, hints: ReadHints, pools: Pools): Promise<Verdict> {
  const picture = unframed(await decode(image))
  const ink = inkOf(picture)
  const seen: Seen = { latin: [], chinese: [] }
  if (hints.kind === 'chinese') {
    await lookForChinese(chineseViews(ink), seen, pools)
    return verdict(seen, hints, 'chinese')
  }
  seen.latin.push(await pools.captcha.recognise(await lineOf(ink)))
  const first = verdict(seen, hints, 'first')
  if (best(first) >= sure) return first
  await lookAround(firstViews(picture, ink), seen, pools)
  const second = verdict(seen, hints, 'second')
  if (best(second) >= surely) return second
  if (best(second) < lost && mayBeChinese(hints)) {
    await lookForChinese(chineseViews(ink), seen, pools)
    const chinese = verdict(seen, hints, 'chinese')
    if (best(chinese) >= surely) return chinese
  }
  await lookAround(furtherViews(picture, ink), seen, pools)
  const third = verdict(seen, hints, 'further')
  if (best(third) >= lost) return third
  const lines = await Promise.all(printViews(ink).map((view) => lineOf(view)))
  seen.latin.push(...(await Promise.all(lines.map((line) => pools.print.recognise(line)))))
  return verdict(seen, hints, 'further')
}

async function lookAround(views: readonly Picture[], { latin }: Seen, pools: Pools): Promise<void> {
  latin.push(...(await Promise.all(views.map((view) => pools.general.recognise(planesOf(view))))))
}

async function lookForChinese(views: readonly Grey[], { chinese }: Seen, pools: Pools): Promise<void> {
  chinese.push(...(await Promise.all(views.map(async (view) => pools.chinese.recognise(await chineseInput(view))))))
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
function verdict(seen: Seen, hints: ReadHints, stage: Stage): Verdict {
  const counts = kindsOf(hints).flatMap((kind) =>
    waysToRead(kind, seen, hints).map(({ steps, grammar, chinese }) => ({
      kind,
      stage: chinese ? 'chinese' : stage === 'chinese' ? 'further' : stage,
      tallies: tally(
        steps.map((each) => decodeSteps(each, grammar)),
        kind,
        hints,
      ),
    })),
  )
  const total = counts.flatMap(({ tallies }) => tallies).reduce((sum, { probability }) => sum + probability, 0)
  return counts
    .map(
      ({ kind, stage: taken, tallies }): Verdict => ({
        kind,
        texts: tallies.map(({ text, answer, probability, agreement }) => ({
          text,
          answer,
          evidence: { stage: taken as Stage, support: supportOf(probability, total), agreement, probability },
        })),
      }),
    )
    .reduce((a, b) => (best(b) > best(a) ? b : a), { kind: 'text', texts: [] })
}

interface Way {
  readonly steps: readonly (readonly Step[])[]
  readonly grammar: Grammar
  readonly chinese: boolean
}

function waysToRead(kind: Kind, { latin, chinese }: Seen, hints: ReadHints): readonly Way[] {
  if (kind === 'chinese') return [{ steps: chinese, grammar: textGrammar({ ...hints, kind }), chinese: true }]
  if (kind === 'arithmetic')
    return [
      { steps: latin, grammar: sumGrammar, chinese: false },
      { steps: chinese, grammar: chineseSumGrammar, chinese: true },
    ]
  const steps = hints.caseSensitive === false ? latin.map((each) => folded(each, hints.alphabet)) : latin
  return [{ steps, grammar: textGrammar(hints), chinese: false }]
}

function kindsOf({ kind = 'auto', alphabet, length }: ReadHints): readonly Kind[] {
  if (kind !== 'auto') return [kind]
  // A hint about the characters speaks of text; one about their number, of text of either script.
  if (alphabet !== undefined) return ['text']
  return length === undefined ? ['text', 'arithmetic', 'chinese'] : ['text', 'chinese']
}

function mayBeChinese({ kind = 'auto', alphabet }: ReadHints): boolean {
  return kind === 'arithmetic' || (kind === 'auto' && alphabet === undefined)
}
