import { counted } from '../../counted.ts'

/** What to do with a captcha image that was read. */
export type CaptchaMove =
  /** Send the answer. */
  | 'send'
  /** Have the site draw another image. */
  | 'fetch'
  /** Put it before a person. */
  | 'ask'

export interface CaptchaFacts {
  /** How likely the read is right, 0..1; 0 where nothing was read. */
  readonly confidence: number
  /** Answers that this sign-in may still send, the next one included. */
  readonly triesLeft: number
  /** Images that may still be fetched; 0 where the site draws one a page. */
  readonly imagesLeft: number
  /** Confidences of earlier reads at this site. */
  readonly usual: readonly number[]
}

export interface CaptchaDecision {
  readonly move: CaptchaMove
  /** The costs that were weighed, in words. */
  explain(): string
}

/**
 * What each thing costs, asking a person once being 1. A wrong answer brings the site nearer to locking somebody out. A sign-in whose tries
 * are used up has failed: a person must come and begin anew, and everyone who waits has waited in vain.
 */
const costs = { wrong: 0.5, failed: 4, image: 0.03, person: 1 } as const

/** What is taken for usual before a site has shown it; it weighs less with each read. */
const prior = [0.1, 0.3, 0.5, 0.7, 0.9]

/** The move that costs least on the whole. Pure: the same facts give the same decision. */
export function decideCaptcha(facts: CaptchaFacts): CaptchaDecision {
  const usual = [...prior, ...facts.usual]
  const send = costOfSending(facts.confidence, facts.triesLeft, usual)
  const fetch = facts.imagesLeft > 0 ? costs.image + costOfFresh(facts, usual) : Number.POSITIVE_INFINITY
  const move = send <= Math.min(fetch, costs.person) ? 'send' : fetch < costs.person ? 'fetch' : 'ask'
  return {
    move,
    explain: () =>
      `${counted(facts.triesLeft, 'try', 'tries')} left, sending it would cost ${send.toFixed(2)} times what asking costs, ` +
      (fetch === Number.POSITIVE_INFINITY ? 'no further image to fetch' : `a fresh image ${fetch.toFixed(2)}`),
  }
}

/** A wrong answer costs by itself, and then the sign-in goes on with one try less. */
function costOfSending(confidence: number, triesLeft: number, usual: readonly number[]): number {
  return (1 - confidence) * (costs.wrong + costOfGoingOn(triesLeft - 1, usual))
}

/** From a new image with so many tries left: as one usually reads, or by asking. */
function costOfGoingOn(triesLeft: number, usual: readonly number[]): number {
  const rate = mean(usual)
  let cost: number = costs.failed
  for (let tries = 1; tries <= triesLeft; tries++) cost = Math.min(costs.person, (1 - rate) * (costs.wrong + cost))
  return cost
}

/** What a fresh image may be expected to cost: it is sent, or asked, or one more is fetched, whichever is least for the confidence it comes with. */
function costOfFresh({ triesLeft, imagesLeft }: CaptchaFacts, usual: readonly number[]): number {
  const sending = usual.map((confidence) => Math.min(costs.person, costOfSending(confidence, triesLeft, usual)))
  let cost: number = mean(sending)
  for (let more = 1; more < imagesLeft; more++) {
    const another = costs.image + cost
    cost = mean(sending.map((one) => Math.min(one, another)))
  }
  return cost
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
