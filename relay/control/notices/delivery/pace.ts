import { RelayError } from '../../../errors.ts'

const day = 24 * 3_600_000

/** How often something is done for one person: nothing and nobody is to be filled by it. In memory. */
export class Pace {
  readonly #pause: number
  readonly #mostADay: number
  readonly #now: () => number
  /** When it was done, by person; what is of the last day. */
  readonly #done = new Map<string, readonly number[]>()

  /** `pause`: from one to the next, milliseconds. */
  constructor({ pause, mostADay, now }: { readonly pause: number; readonly mostADay: number; readonly now: () => number }) {
    this.#pause = pause
    this.#mostADay = mostADay
    this.#now = now
  }

  /** It is done now. `too_many_tries`: it was too often lately. */
  take(owner: string): void {
    const now = this.#now()
    const lately = (this.#done.get(owner) ?? []).filter((at) => now - at < day)
    const [oldest = now] = lately
    const until = lately.length >= this.#mostADay ? oldest + day : (lately.at(-1) ?? -this.#pause) + this.#pause
    if (now < until) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil((until - now) / 1000) } })
    this.#done.set(owner, [...lately, now])
  }
}
