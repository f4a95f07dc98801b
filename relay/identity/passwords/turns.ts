import { RelayError } from '../../errors.ts'

/**
 * Lets a few pieces of heavy work run at once, others wait in line, and turns away what the line does not hold:
 * a flood of sign-ins can exhaust neither memory (128 MiB a hash) nor the patience of those who wait.
 */
export class Turns {
  readonly #atOnce: number
  readonly #inLine: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(atOnce: number, inLine: number) {
    this.#atOnce = atOnce
    this.#inLine = inLine
  }

  /** Runs the work when its turn comes. `too_many_tries` when the line is full. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++
    else await this.#waitInLine()
    try {
      return await work()
    } finally {
      this.#passOn()
    }
  }

  #waitInLine(): Promise<void> {
    if (this.#waiting.length >= this.#inLine) throw new RelayError('too_many_tries', { params: { seconds: 10 }, detail: 'too many password checks at once' })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The turn goes straight to the next in line, so that nobody slips in between. */
  #passOn(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
