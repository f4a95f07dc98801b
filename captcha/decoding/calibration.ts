/** What is known of a read besides its text. */
export interface Evidence {
  /** Which looks were taken before the reader stopped. */
  readonly stage: Stage
  /** supportOf the votes for the text, 0..1. */
  readonly support: number
  /** The share of looks that read this text first. */
  readonly agreement: number
  /** The mean probability the looks gave it, 0..1. */
  readonly probability: number
  /** Where case counts, that the text mixes capitals and small letters and holds one whose two cases look alike. */
  readonly caseUnsure: boolean
}

/** `first`: our model's one look was enough. `second`: so were the first looks of the general network. `further`: all were taken. `chinese`: Chinese characters. */
export type Stage = 'first' | 'second' | 'further' | 'chinese'

/** For each stage the weights of `featuresOf`; they hold for the models that they were fitted with. A last one that is not there counts nothing. */
export type Weights = Readonly<Record<Stage, readonly number[]>>

/** Whether a text mixes cases and holds a letter that is as large as its neighbours say: `aBc` may be `aBC`. */
export function mixesAlike(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /[ckopsuvwxz]/i.test(text)
}

/** The evidence as numbers that a weighted sum can be taken of. */
export function featuresOf({ support, agreement, probability, caseUnsure }: Evidence): number[] {
  const bounded = Math.max(0.001, Math.min(0.999, support))
  return [1, Math.log(bounded / (1 - bounded)), agreement, Math.log(Math.max(1e-5, probability)), caseUnsure ? 1 : 0]
}

/**
 * How often a read with this evidence is right, 0..1: a logistic function fitted on images that no model was trained on
 * (captcha/training/calibrate.ts). Never certainty.
 */
export function calibrated(evidence: Evidence, weights: Weights): number {
  if (evidence.support <= 0) return 0
  const sum = featuresOf(evidence).reduce((total, value, index) => total + value * (weights[evidence.stage][index] ?? 0), 0)
  return Math.min(0.995, 1 / (1 + Math.exp(-sum)))
}
