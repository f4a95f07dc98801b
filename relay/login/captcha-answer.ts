import type { CaptchaHints, Challenge } from '../../adapters/index.ts'
import type { CaptchaReader } from '../../captcha/index.ts'
import { isRelayError } from '../errors.ts'
import { isPicture } from './is-picture.ts'
import type { StepLog } from './step-log.ts'

/** A read this likely to be right is typed in; below it a fresh image is fetched, and in the end a person is asked. */
const sureEnough = 0.8
/** Images that are looked at before a person is asked. */
const mostImages = 6

export interface CaptchaAnswer {
  readonly answer: string
  readonly by: 'reader' | 'person'
  readonly confidence: number
}

export interface CaptchaDesk {
  readonly reader: () => Promise<CaptchaReader>
  readonly ask: (challenge: Challenge) => Promise<string>
  readonly steps: StepLog
  /** Milliseconds the reader took. */
  readonly onRead: (milliseconds: number) => void
  readonly onReaderFailure: (error: unknown) => void
}

/** Reads a captcha image, a fresh one where it is unsure, and asks a person in the end. Law 8: only a sign-in comes here. */
export async function answerCaptcha(
  first: Buffer,
  hints: CaptchaHints,
  reload: (() => Promise<Buffer>) | undefined,
  desk: CaptchaDesk,
): Promise<CaptchaAnswer> {
  let image = first
  for (let count = 1; ; count++) {
    const read = await tryToRead(image, hints, desk)
    if (read !== undefined && read.confidence >= sureEnough) {
      desk.steps.add('captcha', `captcha read as ${read.answer} with confidence ${read.confidence.toFixed(2)}`)
      return { ...read, by: 'reader' }
    }
    const fresh = reload === undefined || read === undefined || count >= mostImages ? undefined : await reload()
    // The same image again: this site draws one per page.
    if (fresh === undefined || fresh.equals(image)) break
    desk.steps.add('captcha', `captcha unsure (confidence ${(read?.confidence ?? 0).toFixed(2)}), a fresh image fetched`)
    image = fresh
  }
  desk.steps.add('ask', 'the captcha is put before a person')
  const answer = await desk.ask({ kind: 'captcha', image, hint: hintFor(hints) })
  desk.steps.add('captcha', 'captcha answered by a person')
  return { answer, by: 'person', confidence: 1 }
}

async function tryToRead(image: Buffer, hints: CaptchaHints, desk: CaptchaDesk): Promise<{ answer: string; confidence: number } | undefined> {
  const began = performance.now()
  try {
    const { answer, confidence } = await (await desk.reader()).read(image, hints)
    // An empty read is no answer, however sure.
    return { answer, confidence: answer === '' ? 0 : confidence }
  } catch (error) {
    if (isRelayError(error, 'captcha_unreadable') && !isPicture(image)) throw error
    // The reader is at fault, not the image: a person can see it.
    desk.onReaderFailure(error)
    return undefined
  } finally {
    desk.onRead(performance.now() - began)
  }
}

function hintFor({ kind }: CaptchaHints): string {
  return kind === 'arithmetic' ? 'What is the result of the sum in the image?' : 'What does the image say?'
}
