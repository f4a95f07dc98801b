import { setTimeout } from 'node:timers/promises'
import { isRelayError, type RelayError } from '../../errors.ts'
import { findRunning, type RunningRelay } from '../../running.ts'
import { printable, printNote } from './output.ts'

/** A relay that is starting, or another command at work, is over with that by then; it is said that one waits for it. Milliseconds. */
const patience = { starting: 20_000, silent: 2000, between: 250 }

export interface WhenFreeOptions<T> {
  /** Done in place of a start where a relay serves the data directory. */
  readonly served?: (running: RunningRelay) => Promise<T>
  /** Says once what is waited for, when it takes a while. */
  readonly tell: (text: string) => void
}

/** Where a command says what it waits for: to a person, beside what it prints. */
export function tellUnless(json: boolean | undefined): (text: string) => void {
  return json === true ? () => {} : printNote
}

/**
 * Starts on a data directory, once it is free. Where a relay serves it, `served` is done in its place; without that, and where it stays in
 * use otherwise, `data_in_use`.
 */
export async function whenFree<T>(folder: string, start: () => Promise<T>, { served, tell }: WhenFreeOptions<T>): Promise<T> {
  const begun = performance.now()
  let inUse: RelayError | undefined
  let isTold = false
  for (;;) {
    const running = await findServer(folder)
    if (running !== undefined && served !== undefined) return served(running)
    // To start builds a whole relay: once it was in vain, not before the directory is free.
    if (inUse === undefined || !(await isInUse(folder))) {
      try {
        return await start()
      } catch (error) {
        if (!isRelayError(error, 'data_in_use')) throw error
        inUse = error
      }
    }
    const waited = performance.now() - begun
    if (running !== undefined || waited > patience.starting) throw inUse
    if (!isTold && waited > patience.silent) {
      isTold = true
      tell(`Waiting for another process that uses ${printable(folder)}: a command at work, or a relay that starts.`)
    }
    await setTimeout(patience.between)
  }
}

/** The relay that runs on this folder. What a killed one left behind names a process and a port that may be anybody's by now: they get no token. */
export async function findServer(folder: string): Promise<RunningRelay | undefined> {
  const running = await findRunning(folder)
  return running !== undefined && (await isInUse(folder)) ? running : undefined
}

/** The store is loaded where there is a question only. */
async function isInUse(folder: string): Promise<boolean> {
  const { isFolderInUse } = await import('../../store/index.ts')
  return isFolderInUse(folder)
}
