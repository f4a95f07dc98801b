import { decodeSteps, type Reading, type Step } from './beam.ts'
import { calibrated } from './calibration.ts'
import type { ReadHints, ReadResult } from './contract.ts'
import { decode } from './decode.ts'
import { despeckle } from './despeckle.ts'
import { sumGrammar, textGrammar } from './grammar.ts'
import { inkOf } from './ink.ts'
import { lineOf } from './line.ts'
import type { Grey } from './picture.ts'
import type { Pool } from './pool.ts'
import { trim } from './trim.ts'
import { unline } from './unline.ts'
import { type Tally, tally } from './vote.ts'

export interface Pools {
  /** Our model. */
  readonly captcha: Pool
  /** Stock English, asked only where ours is at a loss. */
  readonly print: Pool
}

type Kind = ReadResult['kind']

/** One look is enough when it is this sure. */
const sure = 0.995
/** Below this support our model has not seen such an image. */
const lost = 0.2

/** Reads one image: clean, look once, look again where unsure, vote. */
export async function readImage(image: Buffer, hints: ReadHints, pools: Pools): Promise<ReadResult> {
  const began = performance.now()
  const ink = inkOf(await decode(image))
  const seen = [await pools.captcha.recognise(await lineOf(ink))]
  let result = verdict(seen, hints)
  if (support(result) < sure) {
    seen.push(...(await looks([lineOf(ink, 0.95), lineOf(ink, 1.05)], pools.captcha)))
    result = verdict(seen, hints)
  }
  if (support(result) < lost) {
    seen.push(
      ...(await looks(
        [ink, despeckle(ink), unline(ink)].map((view) => lineOf(trim(view))),
        pools.print,
      )),
    )
    result = verdict(seen, hints)
  }
  const [best] = result.tallies
  const candidates = result.tallies.slice(0, 5).map((each) => ({ text: each.text, confidence: calibrated(each.support) }))
  const ms = Math.round((performance.now() - began) * 10) / 10
  return { text: best?.text ?? '', answer: best?.answer ?? '', confidence: candidates[0]?.confidence ?? 0, kind: result.kind, candidates, ms }
}

async function looks(lines: readonly Promise<Grey>[], pool: Pool): Promise<Step[][]> {
  return Promise.all(lines.map(async (line) => pool.recognise(await line)))
}

interface Verdict {
  readonly kind: Kind
  readonly tallies: readonly Tally[]
}

function support({ tallies }: Verdict): number {
  return tallies[0]?.support ?? 0
}

/** The likelier of the kinds the hints leave open. */
function verdict(seen: readonly (readonly Step[])[], hints: ReadHints): Verdict {
  const verdicts = kindsOf(hints).map((kind): Verdict => {
    const grammar = kind === 'arithmetic' ? sumGrammar : textGrammar(hints)
    const ballots = seen.map((steps): Reading[] => decodeSteps(steps, grammar))
    return { kind, tallies: tally(ballots, kind, hints) }
  })
  return verdicts.reduce((a, b) => (support(b) > support(a) ? b : a))
}

function kindsOf({ kind = 'auto', alphabet, length }: ReadHints): readonly Kind[] {
  if (kind !== 'auto') return [kind]
  // A hint about the characters or their number speaks of text.
  return alphabet === undefined && length === undefined ? ['text', 'arithmetic'] : ['text']
}
