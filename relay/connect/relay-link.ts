import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { asRelayError, catalogue, type ErrorCode, isRelayError, RelayError } from '../errors.ts'
import { asDialError, dial, tlsOptions } from './dial.ts'
import type { Enrolment } from './enrolments.ts'

export type LinkState =
  /** Not asked yet. */
  | 'unknown'
  | 'up'
  /** It does not answer. */
  | 'down'
  /** Somebody answers who is not the relay. */
  | 'untrusted'
  /** It does not take this device's certificate. */
  | 'refused'

/** Milliseconds between two looks at whether the relay is there, the same once it has not answered, and for the answer. */
const lookEvery = 1000
const lookAgainAfter = 250
const lookPatience = 1000
/** Bytes of an answer of the API. */
const longestAnswer = 16 * 1024 * 1024

export interface LinkListener {
  /** Its state is another. */
  onChange(link: RelayLink): void
  /** It was down, and still does not answer. */
  onSilence(link: RelayLink): void
}

/** One relay as this client sees it: is it there, is it the one, does it take the device. */
export class RelayLink {
  #enrolment: Enrolment
  #agent: Agent
  #state: LinkState = 'unknown'
  #error: RelayError | undefined
  #since = Date.now()
  #stopped = new AbortController()
  #looking: Promise<void> = Promise.resolve()
  readonly #told: LinkListener

  constructor(enrolment: Enrolment, told: LinkListener) {
    this.#enrolment = enrolment
    this.#agent = agentFor(enrolment)
    this.#told = told
  }

  /** Looks once, and from then on every second. */
  async start(): Promise<void> {
    await this.look()
    this.#looking = this.#lookOn()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#agent.destroy()
    await this.#looking
  }

  get enrolment(): Enrolment {
    return this.#enrolment
  }

  get state(): LinkState {
    return this.#state
  }

  /** Why it is not up. */
  get error(): RelayError | undefined {
    return this.#error
  }

  /** Since when it is in this state; milliseconds since 1970. */
  get since(): number {
    return this.#since
  }

  /** When its certificate ends, and when a third of its life is left. Milliseconds since 1970. */
  get certificate(): { readonly endsAt: number; readonly renewAt: number } {
    const { validFrom, validTo } = new X509Certificate(this.#enrolment.certificate)
    const [from, endsAt] = [Date.parse(validFrom), Date.parse(validTo)]
    return { endsAt, renewAt: endsAt - (endsAt - from) / 3 }
  }

  /** From here on it proves itself by another certificate. */
  use(enrolment: Enrolment): void {
    this.#enrolment = enrolment
    const before = this.#agent
    this.#agent = agentFor(enrolment)
    before.destroy()
  }

  /** A connection for proxied traffic. As `dial`; the state follows from it. */
  async dial(patience: number): Promise<TLSSocket> {
    try {
      return await dial(this.#enrolment, patience)
    } catch (error) {
      this.#become(stateAfter(error), asRelayError(error))
      throw error
    }
  }

  async look(): Promise<void> {
    try {
      await this.call('GET', '/api/v1/health', undefined, lookPatience)
      this.#become('up', undefined)
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      const wasDown = this.#state === 'down'
      this.#become(stateAfter(error), asRelayError(error))
      if (wasDown && this.#state === 'down') this.#told.onSilence(this)
    }
  }

  /** One request to the relay's API, as this device: its JSON. Problems become RelayErrors. */
  async call<T>(method: string, path: string, body?: unknown, patience = 30_000): Promise<T> {
    const text = await this.#send(method, path, body, patience)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  async #send(method: string, path: string, body: unknown, patience: number, isAgain = false): Promise<string> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const headers = {
      // The relay's own name for itself: which one its users know it by is no matter here.
      host: 'localhost',
      accept: 'application/json',
      ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
    }
    const signal = AbortSignal.any([AbortSignal.timeout(patience), this.#stopped.signal])
    const sent = request({ agent: this.#agent, method, path, headers, signal })
    try {
      const answer = new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).on('error', reject))
      sent.end(payload)
      return await readAnswer(await answer)
    } catch (error) {
      // The connection was kept from before, and the relay has closed it meanwhile: nothing was done.
      if (sent.reusedSocket && !isAgain && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return this.#send(method, path, body, patience, true)
      throw isRelayError(error) ? error : asDialError(this.#enrolment.address, error as Error, (sent.socket ?? {}) as Partial<TLSSocket>)
    }
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      const isSecondLook = this.#state === 'down' && Date.now() - this.#since < lookEvery
      await pause(isSecondLook ? lookAgainAfter : lookEvery, undefined, { signal, ref: false }).catch(() => {})
      if (!signal.aborted) await this.look()
    }
  }

  #become(state: LinkState, error: RelayError | undefined): void {
    const isNews = state !== this.#state
    this.#error = error
    this.#state = state
    if (!isNews) return
    this.#since = Date.now()
    this.#told.onChange(this)
  }
}

function stateAfter(error: unknown): LinkState {
  if (isRelayError(error, 'relay_untrusted')) return 'untrusted'
  return isRelayError(error, 'device_certificate_refused') ? 'refused' : 'down'
}

function agentFor(enrolment: Enrolment): Agent {
  return new Agent({ keepAlive: true, maxSockets: 2, ...tlsOptions(enrolment, 'login-relay') })
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestAnswer) throw new RelayError('internal', { detail: 'an answer of the relay is too long' })
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  if ((answer.statusCode ?? 500) < 400) return text
  throw problemIn(text)
}

/** The relay's own words, kept: it filled in what the catalogue leaves open. */
function problemIn(text: string): RelayError {
  try {
    const { code, title, next } = JSON.parse(text) as { code?: string; title?: string; next?: string }
    if (code !== undefined && Object.hasOwn(catalogue, code)) {
      const error = new RelayError(code as ErrorCode)
      return Object.assign(error, { message: title ?? error.message, next: next ?? error.next })
    }
  } catch {
    // It is no problem document: said below.
  }
  return new RelayError('internal', { detail: 'the relay answered without saying why' })
}
