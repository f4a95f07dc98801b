import { setTimeout as wait } from 'node:timers/promises'
import { type Adapter, type SignInContext, SignInFailure, type SignInResult } from '../../../adapters/index.ts'
import type { CaptchaOutcome, CaptchaReader, SiteMemory } from '../../../captcha/index.ts'
import type { Config } from '../../../config/index.ts'
import type { Outbound } from '../../outbound/index.ts'
import { createBrowser, type KeptByScripts, type WindowlessBrowser } from '../browser/index.ts'
import type { BrowserEngine } from '../browser-engine/index.ts'
import { answerCaptcha, type CaptchaAnswer } from '../captcha/captcha-answer.ts'
import type { SignInOutcome, SignInRequest, SignInTiming } from '../contract.ts'
import { type Failure, failureOf, isPassing } from '../errand/failure.ts'
import { safeCause } from '../errand/safe-cause.ts'
import { StepLog, tenths } from '../errand/step-log.ts'
import { orAborted, TimeLimit } from '../errand/time-limit.ts'
import { Evidence } from '../evidence/evidence.ts'
import { WatchedAgent } from '../evidence/watched-agent.ts'
import { settledHeaders, settledStorage } from './settle-session.ts'

export interface SignInRooms {
  readonly outbound: Outbound
  readonly reader: () => Promise<CaptchaReader>
  readonly settings: Config['login']
  /** For adapters whose pages need their scripts. */
  readonly engine: BrowserEngine
  readonly onReaderFailure: (error: unknown) => void
  /** What the site's captchas have taught. */
  readonly memory: () => Promise<SiteMemory>
  /** What the site made of an answer; only where that is certain. */
  readonly onCaptchaOutcome: (outcome: CaptchaOutcome) => void
}

/** One sign-in from the first request to its outcome. */
export async function signIn(adapter: Adapter, request: SignInRequest, rooms: SignInRooms): Promise<SignInOutcome> {
  return new SignIn(adapter, request, rooms).run()
}

class SignIn {
  readonly #adapter: Adapter
  readonly #request: SignInRequest
  readonly #rooms: SignInRooms
  readonly #agent: WatchedAgent
  readonly #steps: StepLog
  readonly #limit: TimeLimit
  readonly #evidence: Evidence
  #browser: WindowlessBrowser
  #captchaMs = 0
  #personMs = 0
  #attempts = 1
  /** Captchas answered since the attempt began: only then may another one follow. */
  #captchas: CaptchaAnswer[] = []

  constructor(adapter: Adapter, request: SignInRequest, rooms: SignInRooms) {
    this.#adapter = adapter
    this.#request = request
    this.#rooms = rooms
    this.#agent = new WatchedAgent(rooms.outbound.agent(request.site, { route: request.route }), () => request.beforeItLeaves?.())
    this.#steps = new StepLog((text) => this.#agent.scrub(text), request.onStep)
    this.#limit = new TimeLimit(rooms.settings.timeoutSeconds * 1000, request.signal)
    this.#evidence = new Evidence(this.#agent, request.credential.username)
    this.#browser = this.#openBrowser()
  }

  async run(): Promise<SignInOutcome> {
    try {
      const settings = this.#checkSettings()
      const result = await this.#withRetries(() => this.#runAdapter(settings))
      this.#checkEvidence(result)
      return this.#succeed(result, await this.#browser.kept?.())
    } catch (error) {
      return this.#fail(this.#request.signal.aborted ? { kind: 'unknown', seen: ['the sign-in was ended before it was done'] } : failureOf(error))
    } finally {
      this.#limit.end()
      await this.#browser.close?.()
    }
  }

  #openBrowser(): WindowlessBrowser {
    const { pageBytes, redirects, pages } = this.#rooms.settings
    const options = {
      agent: this.#agent,
      limits: { pageBytes, redirects, pages },
      signal: this.#limit.signal,
      onPage: (...arrival: Parameters<Evidence['note']>) => this.#evidence.note(...arrival),
    }
    const { site } = this.#request
    const browser =
      this.#adapter.engine === 'scripts'
        ? this.#rooms.engine.open({ ...options, origins: site.origins, types: site.settings.browser === 'type' })
        : createBrowser(options)
    this.#evidence.begin(browser.jar)
    return browser
  }

  /** A site that fails before a secret has left is asked again after a while, within the sign-in's time; afterwards never (law 3). */
  async #withRetries(work: () => Promise<SignInResult>): Promise<SignInResult> {
    const { retries, retryMilliseconds } = this.#rooms.settings
    for (let retry = 0; ; retry++) {
      try {
        return await work()
      } catch (error) {
        if (retry >= retries || this.#agent.secretsSent > 0 || !isPassing(error)) throw error
        const pause = retryMilliseconds * 4 ** retry
        const { seen } = failureOf(error)
        this.#steps.add('page', `${seen.join('; ')}; nothing was sent yet: asked again in ${pause} ms`)
        await wait(pause, undefined, { signal: this.#limit.signal }).catch(() => {
          throw error
        })
        await this.#browser.close?.()
        this.#browser = this.#openBrowser()
      }
    }
  }

  #checkSettings(): unknown {
    const parsed = this.#adapter.settings.safeParse(this.#request.site.settings)
    if (parsed.success) return parsed.data
    const problems = parsed.error.issues.map(({ path, message }) => `the site's setting \`${path.join('.')}\`: ${message}`)
    throw new SignInFailure('form-not-found', problems)
  }

  #runAdapter(settings: unknown): Promise<SignInResult> {
    const { signal } = this.#limit
    // In a promise of its own, so that an adapter that throws at once is one that rejects.
    const work = Promise.resolve().then(() => this.#adapter.signIn(this.#contextFor(settings)))
    return orAborted(work, signal)
  }

  #contextFor(settings: unknown): SignInContext {
    const { site, credential } = this.#request
    return {
      browser: this.#browser,
      site: siteOf(site),
      settings,
      username: credential.username,
      secrets: credential.secrets,
      step: (name, text) => {
        if (!this.#limit.signal.aborted) this.#steps.add(name, text)
      },
      readCaptcha: (image, hints = {}, reload) => this.#readCaptcha(image, hints, reload),
      ask: (challenge) => this.#ask(challenge),
      captchaTries: this.#rooms.settings.captchaTries,
      nextAttempt: () => this.#nextAttempt(),
      signal: this.#limit.signal,
    }
  }

  #readCaptcha: SignInContext['readCaptcha'] = async (image, hints = {}, reload) => {
    const answer = await answerCaptcha(image, hints, reload, {
      reader: this.#rooms.reader,
      memory: await this.#rooms.memory(),
      triesLeft: Math.max(1, this.#rooms.settings.captchaTries - this.#attempts + 1),
      refusedBefore: this.#attempts > 1,
      ask: (challenge) => this.#ask(challenge),
      steps: this.#steps,
      onRead: (milliseconds) => {
        this.#captchaMs += milliseconds
      },
      onReaderFailure: this.#rooms.onReaderFailure,
    })
    this.#captchas.push(answer)
    return { answer: answer.answer, by: answer.by, confidence: answer.confidence }
  }

  #ask: SignInContext['ask'] = async (challenge) => {
    const began = performance.now()
    try {
      const answer = await this.#limit.without(() => orAborted(this.#request.ask(challenge), this.#limit.signal))
      this.#evidence.hide(answer)
      return answer
    } catch (error) {
      if (this.#limit.signal.aborted) throw error
      throw new SignInFailure('challenge', ['nobody answered the question in time'], { cause: error })
    } finally {
      this.#personMs += performance.now() - began
    }
  }

  /** Law 3: secrets may leave once more only after a captcha, and only so many times. */
  #nextAttempt(): void {
    if (this.#captchas.length === 0) throw new SignInFailure('unknown', ['the adapter wanted to send the password again without a captcha in between'])
    if (this.#attempts >= this.#rooms.settings.captchaTries) throw new SignInFailure('wrong-captcha', ['every captcha try was refused'])
    this.#noteRefused()
    this.#attempts += 1
    this.#captchas = []
    this.#agent.beginAttempt()
  }

  /** Of several captchas in one attempt, nobody knows which was wrong. */
  #noteRefused(): void {
    const [only, ...others] = this.#captchas
    if (only !== undefined && others.length === 0) this.#rooms.onCaptchaOutcome({ is: 'refused', by: only.by, read: only.read })
  }

  #checkEvidence({ evidence }: SignInResult): void {
    if (evidence.length === 0) throw new SignInFailure('unknown', ['the adapter names no evidence that it is signed in'])
  }

  #succeed(result: SignInResult, kept: KeptByScripts = { headers: [], storage: [] }): SignInOutcome {
    for (const { answer, by, image, read } of this.#captchas) this.#rooms.onCaptchaOutcome({ is: 'accepted', answer, by, image, read })
    const evidence = result.evidence.map((line) => this.#steps.safe(line))
    this.#steps.add('evidence', evidence.join('; '))
    this.#steps.add('done', 'signed in')
    const cookies = this.#browser.jar.serialise()
    const headers = [...settledHeaders(result), ...kept.headers]
    const storage = [...settledStorage(result, this.#request.site.origins), ...kept.storage]
    const told = [cookies, ...headers.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])), ...storage.map(({ value }) => value)].join('\n')
    return {
      ok: true,
      cookies,
      cookiesTell: this.#agent.scrub(told) !== told,
      headers,
      storage,
      landingUrl: this.#landingUrl(result.landingUrl).href,
      evidence,
      trace: this.#evidence.trace(),
      steps: this.#steps.steps,
      timing: this.#timing(),
    }
  }

  /** Where the person lands: at the site's own origins, and at an address that carries no secret. */
  #landingUrl(wanted: URL | undefined): URL {
    const { site } = this.#request
    const own = new URL(site.landingUrl ?? '/', site.loginUrl)
    if (wanted === undefined || !site.origins.includes(wanted.origin)) return own
    return this.#agent.scrub(wanted.href) === wanted.href ? wanted : own
  }

  #fail({ kind, seen, cause }: Failure): SignInOutcome {
    if (kind === 'wrong-captcha') this.#noteRefused()
    const safe = seen.map((line) => this.#steps.safe(line))
    this.#steps.addSafe('failed', `${kind}: ${safe.join('; ')}`)
    const sent = this.#agent.secretsSent > 0
    return {
      ok: false,
      kind,
      seen: safe,
      sent,
      snapshot: this.#evidence.snapshot({ kind, seen: safe, sent, adapter: this.#adapter.name, steps: this.#steps.steps }),
      trace: this.#evidence.trace(),
      steps: this.#steps.steps,
      timing: this.#timing(),
      ...(cause === undefined ? {} : { cause: safeCause(cause, (text) => this.#agent.scrub(text)) }),
    }
  }

  #timing(): SignInTiming {
    const total = this.#steps.elapsed
    const network = this.#agent.networkMs
    const relay = Math.max(0, total - network - this.#captchaMs - this.#personMs)
    return { total: tenths(total), network: tenths(network), captcha: tenths(this.#captchaMs), person: tenths(this.#personMs), relay: tenths(relay) }
  }
}

export function siteOf(site: SignInRequest['site']): SignInContext['site'] {
  const { id, loginUrl, landingUrl, origins } = site
  return { id, loginUrl: new URL(loginUrl), origins, ...(landingUrl === undefined ? {} : { landingUrl: new URL(landingUrl, loginUrl) }) }
}
