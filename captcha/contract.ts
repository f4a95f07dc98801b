import type { Shape } from './shapes/outline.ts'

/** What is known of a challenge image before it is read. */
export interface ReadHints {
  readonly kind?: 'text' | 'arithmetic' | 'chinese' | 'auto'
  /** Every character the answer may hold. */
  readonly alphabet?: string
  /** Exact, or from-to. */
  readonly length?: number | readonly [min: number, max: number]
  readonly caseSensitive?: boolean
  /** Letters as the site is known to draw them, where its images are drawings. */
  readonly shapes?: readonly Shape[]
}

export interface Candidate {
  readonly text: string
  readonly confidence: number
}

export interface ReadResult {
  /** As read from the image. */
  readonly text: string
  /** What to type: the value for arithmetic, else the text. */
  readonly answer: string
  /** 0..1: how often a read like this one is right. */
  readonly confidence: number
  readonly kind: 'text' | 'arithmetic' | 'chinese'
  readonly candidates: readonly Candidate[]
  readonly ms: number
}

export interface CaptchaReader {
  /** PNG, JPEG, GIF, WebP, BMP, SVG. `captcha_unreadable` for what is no image, or one too large to be one. */
  read(image: Buffer, hints?: ReadHints): Promise<ReadResult>
  close(): Promise<void>
}

export interface ReaderOptions {
  /** Recognisers that run side by side; started at the first read. Default 2. */
  readonly workers?: number
  /**
   * A folder with models of one's own, under the names that captcha/training gives them: `captcha.traineddata.gz`, `general.network.gz`,
   * `chinese.network.gz`, and what their confidence is worth, `calibration.json`. Default: those that come with login-relay, which also
   * stand in for what the folder lacks.
   */
  readonly model?: string
}
