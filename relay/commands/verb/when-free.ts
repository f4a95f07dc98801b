import { setTimeout } from 'node:timers/promises'
import { isRelayError } from '../../errors.ts'
import { findRunning, type RunningRelay } from '../../running.ts'

/** A relay that is starting, or another command at work, is over with that by then. Milliseconds. */
const patience = { starting: 20_000, between: 250 }

/**
 * Starts on a data directory, once it is free. Where a relay serves it, `served` is done in its place; without that, and where it stays in
 * use otherwise, `data_in_use`.
 */
export async function whenFree<T>(folder: string, start: () => Promise<T>, served?: (running: RunningRelay) => Promise<T>): Promise<T> {
  const until = performance.now() + patience.starting
  for (;;) {
    const running = await findServer(folder)
    if (running !== undefined && served !== undefined) return served(running)
    try {
      return await start()
    } catch (error) {
      if (!isRelayError(error, 'data_in_use') || running !== undefined || performance.now() > until) throw error
      await setTimeout(patience.between)
    }
  }
}

/** The relay that runs on this folder. What a killed one left behind names a process and a port that may be anybody's by now: they get no token. */
export async function findServer(folder: string): Promise<RunningRelay | undefined> {
  const running = await findRunning(folder)
  if (running === undefined) return undefined
  const { isFolderInUse } = await import('../../store/index.ts')
  return isFolderInUse(folder) ? running : undefined
}
