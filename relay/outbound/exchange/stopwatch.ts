/** Sums the time in which at least one thing is waited for. */
export class Stopwatch {
  #running = 0
  #since = 0
  #sum = 0

  /** One thing to wait for; the function it gives ends that, however often it is called. */
  lap(): { start(): void; stop(): void } {
    let isRunning = false
    return {
      start: () => {
        if (isRunning) return
        isRunning = true
        if (this.#running++ === 0) this.#since = performance.now()
      },
      stop: () => {
        if (!isRunning) return
        isRunning = false
        if (--this.#running === 0) this.#sum += performance.now() - this.#since
      },
    }
  }

  get milliseconds(): number {
    return this.#sum + (this.#running > 0 ? performance.now() - this.#since : 0)
  }
}
