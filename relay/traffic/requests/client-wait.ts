/** Watches a client that is to take or send something: one that does neither for the whole time holds a connection to the site for nothing. */
export class ClientWait {
  readonly #ms: number
  readonly #onStall: () => void
  #timer: NodeJS.Timeout | undefined

  /** `ms`: how long it may stall. */
  constructor(ms: number, onStall: () => void) {
    this.#ms = ms
    this.#onStall = onStall
  }

  /** It is its turn from now on, or again. */
  begin(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(this.#onStall, this.#ms)
    else this.#timer.refresh()
  }

  /** It is not. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
