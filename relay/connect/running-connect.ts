import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrivate } from './enrolments.ts'

/** The program that runs for this person, as its folder tells: mode 0600. */
export interface RunningConnect {
  readonly pid: number
  /** HOST:PORT of the local proxy. */
  readonly listen: string
  /** By which its state is asked for. */
  readonly token: string
}

const name = 'running.json'

/** Says where it listens, for `connect status` and what else runs for this person. */
export function announceConnect(folder: string, running: RunningConnect): Promise<void> {
  return writePrivate(folder, name, JSON.stringify(running))
}

/** Takes the word back, unless another has put his own in its place. */
export async function withdrawConnect(folder: string, token: string): Promise<void> {
  if ((await findRunningConnect(folder))?.token === token) await rm(join(folder, name), { force: true })
}

/** What one that was killed has left behind is told as well: that nobody answers there is found by asking. */
export async function findRunningConnect(folder: string): Promise<RunningConnect | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, name), 'utf8')) as RunningConnect
  } catch {
    return undefined
  }
}
