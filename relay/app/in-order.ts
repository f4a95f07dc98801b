/** What runs between `start` and `stop`. */
export interface Running {
  start(): Promise<void>
  /** `patience`: milliseconds for what is under way; default: none. */
  stop(patience?: number): Promise<void>
}

/** Starts them in order and stops them in reverse; when one does not start, those before it are stopped. */
export function inOrder(parts: readonly Running[]): Running {
  const started: Running[] = []

  async function start(): Promise<void> {
    try {
      for (const part of parts) {
        await part.start()
        started.push(part)
      }
    } catch (error) {
      await stop()
      throw error
    }
  }

  async function stop(patience?: number): Promise<void> {
    for (const part of started.splice(0).reverse()) await part.stop(patience)
  }

  return { start, stop }
}

/** A step of starting that has nothing to undo. */
export function once(step: () => Promise<void> | void): Running {
  return { start: async () => step(), stop: async () => {} }
}
