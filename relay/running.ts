import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a running relay tells local commands how to reach it. */
export interface RunningRelay {
  readonly pid: number
  /** The portal's address as it listens. */
  readonly portal: string
  /** HOST:PORT of the proxy. */
  readonly proxy: string
}

const runningFile = 'running.json'

export async function announceRunning(folder: string, running: RunningRelay): Promise<void> {
  await writeFile(join(folder, runningFile), JSON.stringify(running), { mode: 0o600 })
}

export async function withdrawRunning(folder: string): Promise<void> {
  await rm(join(folder, runningFile), { force: true })
}

/** The relay that runs on this data directory; undefined: none said so, or the process that did is gone. */
export async function findRunning(folder: string): Promise<RunningRelay | undefined> {
  try {
    const running = JSON.parse(await readFile(join(folder, runningFile), 'utf8')) as RunningRelay
    return isAlive(running.pid) ? running : undefined
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
