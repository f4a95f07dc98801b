/**
 * Ties what is awaited of a thread to the thread's life. A promise of its end, raced against by every read, would keep what each of them
 * came to until then: a thread may live as long as the relay.
 */
export class Lifeline {
  readonly #waiting = new Set<(reason: unknown) => void>()
  #end: { readonly reason: unknown } | undefined

  /** It has ended, and why; the first reason holds. */
  end(reason: unknown): void {
    this.#end ??= { reason }
    for (const reject of this.#waiting) reject(this.#end.reason)
  }

  /** What `work` comes to; rejects when the thread ends first, or has ended. */
  async awaiting<T>(work: Promise<T>): Promise<T> {
    const ended = Promise.withResolvers<never>()
    this.#waiting.add(ended.reject)
    if (this.#end !== undefined) ended.reject(this.#end.reason)
    try {
      return await Promise.race([work, ended.promise])
    } finally {
      this.#waiting.delete(ended.reject)
    }
  }
}
