import type { Config } from '../../../config/index.ts'
import type { SiteRequest } from '../site-request.ts'
import { ClientWait } from './client-wait.ts'
import { giveContinue } from './give-continue.ts'
import { KeptBody } from './kept-body.ts'
import { hasContent } from './request-head.ts'

/** The body of a client's request, each time that is sent: streamed at first, then what was kept of it. */
export class RequestBody {
  /** The request has one. */
  readonly isThere: boolean
  readonly #request: SiteRequest
  readonly #config: Pick<Config, 'sessions' | 'limits'>
  readonly #onStall: () => void
  #body: KeptBody | undefined

  /** `onStall`: the client begins a body and sends no more of it. */
  constructor(request: SiteRequest, config: Pick<Config, 'sessions' | 'limits'>, onStall: () => void) {
    this.isThere = hasContent(request.head)
    this.#request = request
    this.#config = config
    this.#onStall = onStall
  }

  toSend(): KeptBody | Buffer | null {
    if (!this.isThere) return null
    return this.#body === undefined ? this.stream() : (this.#body.whole() ?? null)
  }

  /** From the client, who is told to send it if he waits for that. Once. */
  stream(): KeptBody {
    const { req, res, head } = this.#request
    const { sessions, limits } = this.#config
    if (head.expectsContinue) giveContinue(res)
    this.#body = new KeptBody(req, sessions.resendBytes, new ClientWait(limits.stallSeconds * 1000, this.#onStall))
    return this.#body
  }

  /** It says that it is small enough to be kept. */
  get isSmall(): boolean {
    return this.isThere && (this.#request.head.contentLength ?? Number.POSITIVE_INFINITY) <= this.#config.sessions.resendBytes
  }

  /** The request can be sent again. */
  get isKept(): boolean {
    return !this.isThere || this.whole() !== undefined
  }

  /** All of it, when it has come and was small enough. */
  whole(): Buffer | undefined {
    return this.#body?.whole()
  }
}
