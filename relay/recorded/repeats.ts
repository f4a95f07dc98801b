const quietMilliseconds = 60_000
const mostKeys = 1000

/** Who repeats what was refused does not fill the disk by it: the same refusal is recorded once a minute. */
export class Repeats {
  readonly #now: () => number
  readonly #last = new Map<string, number>()

  constructor(now: () => number) {
    this.#now = now
  }

  isRepeat(key: string): boolean {
    const now = this.#now()
    const last = this.#last.get(key)
    if (last !== undefined && now - last < quietMilliseconds && now >= last) return true
    if (this.#last.size >= mostKeys) this.#last.clear()
    this.#last.set(key, now)
    return false
  }
}
