import type { EndSignal } from '../../outbound/index.ts'

/**
 * Ends what one request has set going, once. Every request has one and few are ended: an AbortController with a listener would cost
 * a tenth of a proxied request's time, so it is made for those alone who wait for more than the site's answer.
 */
export class Ending implements EndSignal {
  #reason: Error | undefined
  #listeners: (() => void)[] = []
  #controller: AbortController | undefined

  end(): void {
    if (this.#reason !== undefined) return
    this.#reason = new Error('nobody waits for the answer any more')
    this.#controller?.abort(this.#reason)
    for (const listener of this.#listeners.splice(0)) listener()
  }

  get aborted(): boolean {
    return this.#reason !== undefined
  }

  get reason(): Error {
    return this.#reason as Error
  }

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const at = this.#listeners.lastIndexOf(listener)
    if (at < 0) return
    if (at === this.#listeners.length - 1) this.#listeners.pop()
    else this.#listeners.splice(at, 1)
  }

  /** The same as an AbortSignal. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }
}
