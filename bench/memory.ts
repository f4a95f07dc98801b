import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Relay } from '../relay/app.ts'
import { told } from './start-process.ts'

/** Has this process, asked anything, tell its memory without its garbage, once the proxy holds no more than so many connections. */
export function tellMemory(proxy: Relay['proxy']): void {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  process.on('message', async (most: number) => {
    while (proxy.figures().connections > most) await pause(20)
    for (let round = 0; round < 3; round++) {
      collectGarbage()
      await pause(100)
    }
    process.send?.(process.memoryUsage())
  })
}

/** What a process tells whose relay it is, when no more than `connections` to its proxy are left. */
export async function memoryOf(relay: ChildProcess, connections = 0): Promise<NodeJS.MemoryUsage> {
  const said = told<NodeJS.MemoryUsage>(relay)
  relay.send(connections)
  return said
}

export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}
