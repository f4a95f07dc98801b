/** Runs changes one after another, each from the state the one before left. */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(change: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(change)
    this.#last = mine.catch(() => {})
    return mine
  }

  /** Waits for every change asked for so far. */
  async settle(): Promise<void> {
    await this.#last
  }
}
