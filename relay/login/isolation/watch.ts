import type { IsolationLimits } from './limits.ts'
import { residentMegabytes } from './memory.ts'

interface Watched {
  ping(): void
  end(reason: string): void
  isBusy(): boolean
  /** How long it may be silent now. */
  patienceSeconds(): number
}

/** How often it is looked at while it works. */
const everyMs = 250

/** Looks after an adapter's process while it works: that it still answers, and how much memory it holds. */
export class Watch {
  readonly #pid: number | undefined
  readonly #limits: IsolationLimits
  readonly #watched: Watched
  #timer: NodeJS.Timeout | undefined
  /** Looks since it was last heard; time itself may jump on a busy machine, and then nothing of it was heard for our own fault. */
  #silentLooks = 0

  constructor(pid: number | undefined, limits: IsolationLimits, watched: Watched) {
    this.#pid = pid
    this.#limits = limits
    this.#watched = watched
    this.wake()
  }

  get memoryReason(): string {
    return `it used more than ${this.#limits.megabytes} MB of memory`
  }

  /** There is something to do. */
  wake(): void {
    this.#silentLooks = 0
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => void this.#look(), everyMs)
    this.#timer.unref()
  }

  heard(): void {
    this.#silentLooks = 0
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #look(): Promise<void> {
    if (!this.#watched.isBusy()) return this.stop()
    this.#silentLooks += 1
    if (this.#silentLooks * everyMs > this.#limits.stallSeconds * 1000)
      return this.#watched.end(`it computed for more than ${this.#limits.stallSeconds} s without a pause`)
    this.#watched.ping()
    const megabytes = this.#pid === undefined ? undefined : await residentMegabytes(this.#pid)
    if (megabytes !== undefined && megabytes > this.#limits.megabytes) this.#watched.end(this.memoryReason)
  }
}
