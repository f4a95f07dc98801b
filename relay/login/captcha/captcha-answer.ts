import type { CaptchaHints, Challenge } from '../../../adapters/index.ts'
import type { CaptchaReader, SiteMemory, SiteRead } from '../../../captcha/index.ts'
import { isRelayError } from '../../errors.ts'
import type { StepLog } from '../errand/step-log.ts'
import { type CaptchaDecision, decideCaptcha } from './captcha-decision.ts'
import { isPicture } from './is-picture.ts'

/** Images that are looked at before a person is asked. */
const mostImages = 6
/** Images that a person may have drawn anew: the site sees each one. */
const mostForPerson = 10

export interface CaptchaAnswer {
  readonly answer: string
  readonly by: 'reader' | 'person'
  readonly confidence: number
  /** The image that was answered, and what the reader made of it. */
  readonly image: Buffer
  readonly read: SiteRead | undefined
}

export interface CaptchaDesk {
  readonly reader: () => Promise<CaptchaReader>
  /** What the site's captchas have taught. */
  readonly memory: SiteMemory
  /** Answers that may still be sent, the next one included. */
  readonly triesLeft: number
  /** The site refused the answer before this one, whoever gave it. */
  readonly refusedBefore: boolean
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
  const { memory, triesLeft, steps } = desk
  const seen: number[] = []
  let image = first
  let mayReload = reload
  for (let count = 1; ; count++) {
    const read = await tryToRead(image, hints, desk)
    const confidence = read?.confidence ?? 0
    const decide = () => {
      const imagesLeft = mayReload === undefined || read === undefined ? 0 : mostImages - count
      return decideCaptcha({ confidence, triesLeft, imagesLeft, usual: [...memory.confidences(), ...seen] })
    }
    let decision = decide()
    if (decision.move === 'fetch') {
      const fresh = await mayReload?.()
      if (fresh !== undefined && !fresh.equals(image)) {
        steps.add('captcha', `captcha unsure (confidence ${confidence.toFixed(2)}), a fresh image fetched`)
        seen.push(confidence)
        image = fresh
        continue
      }
      // The same image again: this site draws one per page.
      mayReload = undefined
      decision = decide()
    }
    if (read === undefined || read.answer === '' || decision.move !== 'send') return askPerson({ image, read, hints, reload: mayReload, why: decision }, desk)
    steps.add('captcha', `captcha read as ${read.answer} with confidence ${confidence.toFixed(2)}`)
    return { answer: read.answer, confidence, by: 'reader', image, read }
  }
}

interface Question {
  readonly image: Buffer
  readonly read: SiteRead | undefined
  readonly hints: CaptchaHints
  readonly reload: (() => Promise<Buffer>) | undefined
  readonly why: CaptchaDecision
}

async function askPerson({ image: first, read, hints, reload, why }: Question, desk: CaptchaDesk): Promise<CaptchaAnswer> {
  const { steps, ask, memory } = desk
  let image = first
  let drawn = 0
  const another = async (): Promise<Buffer> => {
    const fresh = drawn < mostForPerson ? await reload?.() : undefined
    if (fresh === undefined || fresh.equals(image)) return image
    drawn += 1
    image = fresh
    return fresh
  }
  steps.add('ask', `captcha unsure (confidence ${(read?.confidence ?? 0).toFixed(2)}), a person is asked: ${why.explain()}`)
  const known = memory.hints(hints)
  const answer = await ask({
    kind: 'captcha',
    image,
    hint: `${refusalOf(desk)}${known.kind === 'arithmetic' ? 'What is the result of the sum in the image?' : 'What does the image say?'}`,
    ...(known.kind !== 'arithmetic' && /^\d+$/.test(known.alphabet ?? '') ? { digits: true } : {}),
    ...(reload === undefined ? {} : { reload: another }),
  })
  steps.add('captcha', 'captcha answered by a person')
  return { answer, by: 'person', confidence: 1, image, read: image === first ? read : undefined }
}

/** Why the person is asked again. */
function refusalOf({ refusedBefore, triesLeft }: CaptchaDesk): string {
  return refusedBefore ? `The site refused the answer before; ${triesLeft === 1 ? 'this is the last try' : `${triesLeft} tries are left`}. ` : ''
}

async function tryToRead(image: Buffer, hints: CaptchaHints, { reader, memory, ...desk }: CaptchaDesk): Promise<SiteRead | undefined> {
  const began = performance.now()
  try {
    const read = await memory.read(await reader(), image, hints)
    // An empty read is no answer, however sure.
    return read.answer === '' ? { ...read, confidence: 0, claimed: 0 } : read
  } catch (error) {
    if (isRelayError(error, 'captcha_unreadable') && !isPicture(image)) throw error
    // The reader is at fault, not the image: a person can see it.
    desk.onReaderFailure(error)
    return undefined
  } finally {
    desk.onRead(performance.now() - began)
  }
}
