import { isRelayError } from '../../relay/errors.ts'
import type { CaptchaReader, ReadHints, ReadResult } from '../contract.ts'
import { combine } from './combine.ts'
import { countInk } from './fixed-noise.ts'
import { type Confirmed, enoughCaseless, type Habits, hintsOf, lengthsSeen, withAnswer } from './habits.ts'
import { recall, remembered, type Sample } from './recall.ts'
import { siteInk } from './site-ink.ts'
import { withShapes } from './site-shapes.ts'
import { emptyState, type MemoryState, packState, unpackState, type WayState } from './state.ts'
import { added, noTally, type Tally, tallied } from './tally.ts'
import { type Entry, noted, rateAt } from './track.ts'
import { cutter, type Way } from './ways.ts'

/** Confirmed images before the glyphs may vote. */
const enoughImages = 12
/** After so many it shows which way of cutting fits; the others are forgotten, and the best one too where it hardly ever reads right. */
const trial = 40
const hopeless = 0.1
const latestReads = 24
/** Glyphs that are kept for one way, on trial and after it. */
const mostOnTrial = 160
const mostGlyphs = 640
/** Characters of an answer that is cut into glyphs. */
const longest = 12
/** Refused this often in a row, what was learned may no longer fit the site: the next read does without. */
const doubtful = 3

/** A read of a site's image. */
export interface SiteRead extends ReadResult {
  /** What it would be worth at a site of which nothing is known; `confidence` is what it is worth here. */
  readonly claimed: number
}

/** What came of an answer: of no other is anything learned. */
export type CaptchaOutcome =
  /** The site took it. */
  | ({ readonly is: 'accepted'; readonly image: Buffer; readonly read: SiteRead | undefined } & Omit<Confirmed, 'read'>)
  /** The site said that it was the captcha. */
  | { readonly is: 'refused'; readonly by: 'reader' | 'person'; readonly read: SiteRead | undefined }

/** How well a site's captchas are read. */
export interface CaptchaStats {
  /** Answers that the site accepted or refused. */
  readonly answers: Tally
  readonly byKind: Readonly<Partial<Record<ReadResult['kind'], Tally>>>
  /** What is taken for known of its next image. */
  readonly known: ReadHints
  /** Confirmed images, and how the glyph memory would have read the latest of them; no way: it does not vote. */
  readonly glyphs: { readonly images: number; readonly count: number; readonly way?: Way; readonly rate?: number }
}

/** What one site's captchas have taught. Holds no image: counts, and single characters on a small grid. Bounded; kept sealed by its owner. */
export class SiteMemory {
  #state: MemoryState = emptyState

  /** From `snapshot`; anything else gives an empty memory. */
  static restore(snapshot: unknown): SiteMemory {
    const memory = new SiteMemory()
    memory.#state = unpackState(snapshot) ?? emptyState
    return memory
  }

  snapshot(): unknown {
    return packState(this.#state)
  }

  /** The site's settings, completed by what its confirmed answers had in common. */
  hints(given: ReadHints): ReadHints {
    if (this.#state.refusedInARow >= doubtful) return given
    const { length, ...rest } = hintsOf(this.#state.habits)
    // A kind that was set for another reason makes learned lengths and letters meaningless.
    if (given.kind !== undefined && given.kind !== 'auto' && given.kind !== (rest.kind ?? 'text')) return given
    return { ...rest, ...(length === undefined ? {} : { length }), ...given }
  }

  /** Reads with what is known of the site; the glyph memory votes where it has proved itself. */
  async read(reader: Pick<CaptchaReader, 'read'>, image: Buffer, given: ReadHints): Promise<SiteRead> {
    const hints = this.hints(given)
    const { shapes, refusedInARow } = this.#state
    const result = await reader.read(image, shapes.length === 0 || refusedInARow >= doubtful ? hints : { ...hints, shapes })
    const began = performance.now()
    const vote = hints.kind === 'arithmetic' || hints.kind === 'chinese' ? undefined : await this.#vote(image, hints)
    const candidates = vote === undefined ? result.candidates : combine(result.candidates, vote.text, vote.rate).slice(0, 5)
    const [first] = candidates
    const text = first?.text ?? result.text
    const claimed = first?.confidence ?? result.confidence
    const isOther = text !== result.text
    return {
      ...result,
      text,
      answer: isOther ? text : result.answer,
      kind: isOther ? 'text' : result.kind,
      confidence: this.#proved(claimed),
      claimed,
      candidates,
      ms: result.ms + performance.now() - began,
    }
  }

  /** Confidences that reads of this site came out with, latest last. */
  confidences(): readonly number[] {
    return this.#state.track.map(([confidence]) => confidence)
  }

  async learn(outcome: CaptchaOutcome): Promise<void> {
    const state = this.#state
    const kind = kindOf(outcome)
    const byKind = { ...state.byKind, [kind]: tallied(state.byKind[kind], outcome.by, outcome.is === 'accepted') }
    if (outcome.is === 'refused') {
      const wasRead = outcome.by === 'reader' && outcome.read !== undefined
      const track = wasRead ? noted(state.track, outcome.read.claimed, false) : state.track
      this.#state = { ...state, byKind, track, refusedInARow: outcome.by === 'reader' ? state.refusedInARow + 1 : state.refusedInARow }
      return
    }
    const { image, answer, read } = outcome
    const habits = withAnswer(state.habits, outcome)
    const track = read === undefined ? state.track : noted(state.track, read.claimed, isSame(read.answer, answer, habits))
    this.#state = { ...state, byKind, habits, track, refusedInARow: 0 }
    if (kind !== 'text' || habits.kinds.arithmetic !== undefined) return
    try {
      this.#state = { ...this.#state, shapes: withShapes(this.#state.shapes, image, answer) }
      await this.#learnGlyphs(image, answer)
    } catch (error) {
      // A person answers what the reader refuses to decode, too: its characters stay unknown.
      if (!isRelayError(error, 'captcha_unreadable')) throw error
    }
  }

  stats(): CaptchaStats {
    const { byKind, ways: known, images, habits } = this.#state
    const best = this.#best()
    const count = Object.values(known).reduce((sum, { samples }) => sum + samples.length, 0)
    return {
      answers: Object.values(byKind).reduce(added, noTally),
      byKind,
      known: hintsOf(habits),
      glyphs: { images, count, ...(best === undefined ? {} : { way: best.way, rate: rateOf(best.track) }) },
    }
  }

  /** Before anything is added, what is remembered is tried on the new image: so it shows how well it reads what it has not seen. */
  async #learnGlyphs(image: Buffer, answer: string): Promise<void> {
    const characters = [...answer]
    if (characters.length > longest) return
    const ink = await siteInk(image)
    // Another learner may have come first while the image was decoded.
    const { habits } = this.#state
    const counted = countInk(this.#state.counted, ink)
    const images = this.#state.images + 1
    const next: Partial<Record<Way, WayState>> = {}
    for (const [way, { samples, track }] of Object.entries(this.#state.ways) as [Way, WayState][]) {
      const glyphs = cutter(way, ink, counted)(characters.length)
      const told = glyphs === undefined ? undefined : recall(samples, glyphs)
      const fresh = (glyphs ?? []).map((glyph, at): Sample => ({ character: characters[at] ?? '', glyph }))
      next[way] = {
        track: samples.length === 0 ? track : noted(track, told?.cost ?? 1, told !== undefined && isSame(told.text, answer, habits)),
        samples: remembered(samples, fresh, images > trial ? mostGlyphs : mostOnTrial),
      }
    }
    this.#state = { ...this.#state, counted, images, ways: images >= trial ? bestOnly(next) : next }
  }

  async #vote(image: Buffer, hints: ReadHints): Promise<{ text: string; rate: number } | undefined> {
    const best = this.#best()
    if (best === undefined) return undefined
    const ink = await siteInk(image)
    const told = lengthsToTry(hints, this.#state.habits)
      .map(cutter(best.way, ink, this.#state.counted))
      .map((glyphs) => (glyphs === undefined ? undefined : recall(best.samples, glyphs)))
      .filter((one) => one !== undefined)
      .sort((a, b) => a.cost - b.cost)[0]
    if (told === undefined) return undefined
    const rate = rateAt(best.track, told.cost, { reach: 0.05, prior: rateOf(best.track) * 0.8, weight: 3 })
    return { text: told.text, rate: Math.min(0.98, rate) }
  }

  #best(): (WayState & { readonly way: Way }) | undefined {
    if (this.#state.images < enoughImages) return undefined
    const all = (Object.entries(this.#state.ways) as [Way, WayState][]).map(([way, state]) => ({ way, ...state }))
    const best = all.reduce<(typeof all)[number] | undefined>((a, b) => (a === undefined || rateOf(b.track) > rateOf(a.track) ? b : a), undefined)
    return best !== undefined && rateOf(best.track) >= hopeless ? best : undefined
  }

  /** What this site has shown such a confidence to be worth. */
  #proved(confidence: number): number {
    return rateAt(this.#state.track, confidence, { reach: 0.15, prior: confidence, weight: 6 })
  }
}

/** As it was read; but what was taken for Chinese characters and answered with none of them was a text. */
function kindOf(outcome: CaptchaOutcome): ReadResult['kind'] {
  const kind = outcome.read?.kind ?? 'text'
  return kind === 'chinese' && outcome.is === 'accepted' && !/\p{Script=Han}/u.test(outcome.answer) ? 'text' : kind
}

function isSame(one: string, other: string, { caseless }: Habits): boolean {
  return one === other || (caseless >= enoughCaseless && one.toLowerCase() === other.toLowerCase())
}

/** Of the latest: what was tried with few glyphs says little of many. */
function rateOf(track: readonly Entry[]): number {
  const latest = track.slice(-latestReads)
  return latest.length === 0 ? 0 : latest.filter(([, right]) => right).length / latest.length
}

function bestOnly(all: Partial<Record<Way, WayState>>): Partial<Record<Way, WayState>> {
  const [best] = (Object.entries(all) as [Way, WayState][]).sort(([, a], [, b]) => rateOf(b.track) - rateOf(a.track))
  return best === undefined || rateOf(best[1].track) < hopeless ? {} : { [best[0]]: best[1] }
}

function lengthsToTry({ length }: ReadHints, habits: Habits): number[] {
  const [least, most] = typeof length === 'number' ? [length, length] : (length ?? [1, longest])
  return lengthsSeen(habits).filter((one) => one >= least && one <= most)
}
