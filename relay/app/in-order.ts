/** What runs between `start` and `stop`. */
export interface Running {
  start(): Promise<void>
  /** `patience`: milliseconds for what is under way; default: none. */
  stop(patience?: number): Promise<void>
}

/** Starts them in order and stops them in reverse; when one does not start, those before it are stopped. */
export function inOrder(parts: readonly Running[]): Running {
  return running(parts, async (started, patience) => {
    for (const part of started.reverse()) await part.stop(patience)
  })
}

/** Starts them in order and stops them at once: none takes anything new while another waits for what is under way. */
export function atOnce(parts: readonly Running[]): Running {
  return running(parts, async (started, patience) => {
    const ends = await Promise.allSettled(started.map((part) => part.stop(patience)))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  })
}

function running(parts: readonly Running[], stopAll: (started: Running[], patience?: number) => Promise<void>): Running {
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

  const stop = (patience?: number): Promise<void> => stopAll(started.splice(0), patience)

  return { start, stop }
}

/** A step of starting that has nothing to undo. */
export function once(step: () => Promise<void> | void): Running {
  return { start: async () => step(), stop: async () => {} }
}
