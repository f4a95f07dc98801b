import type { IsolationLimits } from './limits.ts'
import { residentMegabytes } from './memory.ts'

interface Watched {
  ping(): void
  end(reason: string): void
  isBusy(): boolean
  /** How long it may be silent now. */
  patienceSeconds(): number
}

/** How often it is looked at while it works, and while it should do nothing: it may, all the same. */
const everyMs = { busy: 250, idle: 5000 }

/** Looks after an adapter's process: that it still answers, and how much memory it holds. */
export class Watch {
  readonly #pid: number | undefined
  readonly #limits: IsolationLimits
  readonly #watched: Watched
  #timer: NodeJS.Timeout | undefined
  #hasStopped = false
  /** Between looks since it was last heard. Not by the clock: while this process itself is held up, nothing is heard either. */
  #silentMs = 0

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
    this.#silentMs = 0
    this.#lookLater()
  }

  heard(): void {
    this.#silentMs = 0
  }

  stop(): void {
    this.#hasStopped = true
    clearTimeout(this.#timer)
  }

  #lookLater(): void {
    if (this.#hasStopped) return
    clearTimeout(this.#timer)
    const ms = this.#watched.isBusy() ? everyMs.busy : everyMs.idle
    this.#timer = setTimeout(() => void this.#look(ms), ms).unref()
  }

  async #look(afterMs: number): Promise<void> {
    this.#silentMs += afterMs
    const patience = this.#watched.patienceSeconds()
    if (this.#silentMs > Math.max(patience * 1000, afterMs)) return this.#watched.end(`it computed for more than ${patience} s without a pause`)
    this.#watched.ping()
    const megabytes = this.#pid === undefined ? undefined : await residentMegabytes(this.#pid)
    if (megabytes !== undefined && megabytes > this.#limits.megabytes) return this.#watched.end(this.memoryReason)
    this.#lookLater()
  }
}
