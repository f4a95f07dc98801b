/** Thrown into whatever waits when a sign-in has used up its time. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

/** A time limit that stands still while a person is asked. */
export class TimeLimit {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  #left: number
  #since = 0
  #timer: NodeJS.Timeout | undefined

  /** `outer` ends it too. */
  constructor(milliseconds: number, outer: AbortSignal) {
    this.#left = milliseconds
    this.signal = AbortSignal.any([this.#controller.signal, outer])
    this.#run()
  }

  /** Runs work that does not count. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#hold()
    try {
      return await work()
    } finally {
      if (!this.signal.aborted) this.#run()
    }
  }

  /** It is over: what still runs, an adapter that goes on in the background, sends nothing any more. */
  end(): void {
    this.#hold()
    this.#controller.abort(new Error('the sign-in is over'))
  }

  #run(): void {
    this.#since = performance.now()
    this.#timer = setTimeout(() => this.#controller.abort(new OutOfTime()), Math.max(0, this.#left))
  }

  #hold(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#left -= performance.now() - this.#since
  }
}

/** The result of work, unless the signal aborts first: a script that hangs does not hold up the sign-in's end. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => {})
    throw signal.reason
  }
  let onAbort: () => void = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
