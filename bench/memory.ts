import type { ChildProcess } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { told } from './start-process.ts'

/** Has this process, asked anything, tell its memory without its garbage, once the proxy holds no more than so many connections. */
export function tellMemory(proxy: { figures(): { readonly connections: number } }): void {
  setFlagsFromString('--expose-gc')
  // What the heap keeps in store for what may come is given back, too: how much that is changes from one time to the next.
  const collectGarbage = runInNewContext('gc') as (how: object) => void
  process.on('message', async (most: number) => {
    while (proxy.figures().connections > most) await pause(20)
    for (let round = 0; round < 3; round++) {
      collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' })
      await pause(100)
    }
    process.send?.(process.memoryUsage())
  })
}

/** What a process tells that was made to, when no more than `connections` to its proxy are left. */
export async function memoryOf(relay: ChildProcess, connections = 0): Promise<NodeJS.MemoryUsage> {
  const said = told<NodeJS.MemoryUsage>(relay)
  relay.send(connections)
  return said
}

export function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}
