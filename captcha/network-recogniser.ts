import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Step } from './beam.ts'
import type { NetworkName } from './network-thread.ts'
import { type Recogniser, within } from './recogniser.ts'

/** Starts one of our networks in a thread of its own. Reads its model from disk and nothing else. */
export async function startNetwork(network: NetworkName, milliseconds: number): Promise<Recogniser<Uint8Array>> {
  // Built, the thread's file ends in .js as this one does.
  const thread = new Worker(new URL(`network-thread${extname(import.meta.filename)}`, import.meta.url), { workerData: network })
  const ended = once(thread, 'exit')
  await within(milliseconds, 'to start', once(thread, 'online'), () => void thread.terminate())
  const failed = Promise.race([
    ended.then(() => {
      throw new Error('the network ended')
    }),
    once(thread, 'error').then(([error]) => {
      throw error
    }),
  ])
  failed.catch(() => {})
  return {
    async recognise(planes, limit) {
      const answer = once(thread, 'message')
      answer.catch(() => {})
      thread.postMessage(planes)
      const [steps] = (await within(limit, 'to read', Promise.race([answer, failed]))) as [Step[]]
      return steps
    },
    async close() {
      await thread.terminate()
      await ended
    },
  }
}
