import { createHash } from 'node:crypto'
import { type SampleSite, type SampleSiteEvent, type SampleSiteOptions, type SignInAnswer, startSampleSite } from '../../relay/commands/demo/sample-site.ts'

export interface CaptchaSite extends SampleSite {
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
  /** What it made of each sign-in, in order. */
  readonly signIns: readonly SignInAnswer[]
  /** SHA-256 of each password it received, in order, hex. */
  readonly receivedPasswords: readonly string[]
  readonly imagesDrawn: number
  /** Orders that were shipped: the one thing a request can do here. */
  readonly shipped: readonly string[]
  /** The right answer to an image it drew. */
  answerOf(image: Buffer): string
}

/** Images the reader is never sure of: a person has to be asked. */
export const unreadable: NonNullable<SampleSiteOptions['captcha']> = { noise: 40, size: 6, width: 150 }

/** The demo's sample server, watched. */
export async function startCaptchaSite(options: Partial<SampleSiteOptions> = {}): Promise<CaptchaSite> {
  const account = { username: options.username ?? 'ann.miller', password: options.password ?? 'correct horse & battery' }
  const answers = new Map<string, string>()
  const signIns: SignInAnswer[] = []
  const receivedPasswords: string[] = []
  const shipped: string[] = []
  const onEvent = (event: SampleSiteEvent): void => {
    options.onEvent?.(event)
    switch (event.type) {
      case 'captcha':
        answers.set(digest(event.captcha.png), event.captcha.answer)
        break
      case 'sign-in':
        signIns.push(event.outcome)
        receivedPasswords.push(digest(new URLSearchParams(event.body.toString()).get('pass') ?? ''))
        break
      case 'shipped':
        shipped.push(event.order)
        break
    }
  }
  const site = await startSampleSite({ displayName: 'Ann Miller', ...options, ...account, onEvent })
  return {
    url: site.url,
    origin: site.origin,
    get sessionsAlive() {
      return site.sessionsAlive
    },
    expireAll: site.expireAll,
    stop: site.stop,
    accounts: [account],
    signIns,
    receivedPasswords,
    get imagesDrawn() {
      return answers.size
    },
    shipped,
    answerOf(image) {
      const answer = answers.get(digest(image))
      if (answer === undefined) throw new Error('this server did not draw that image')
      return answer
    },
  }
}

export function digest(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
