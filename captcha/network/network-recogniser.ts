import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Step } from '../decoding/beam.ts'
import { type Recogniser, within } from '../engine/recogniser.ts'
import type { NetworkFiles, NetworkInput } from './network-thread.ts'

/** Little is made and thrown away between two reads; without a limit each thread keeps tens of megabytes for it. */
const resourceLimits = { maxYoungGenerationSizeMb: 4 }

/** Starts a thread that runs our networks. Reads their models from disk and nothing else. */
export async function startNetworks({ general, chinese }: NetworkFiles, milliseconds: number): Promise<Recogniser<NetworkInput>> {
  // Built, the thread's file ends in .js as this one does.
  const thread = new Worker(new URL(`network-thread${extname(import.meta.filename)}`, import.meta.url), {
    resourceLimits,
    workerData: { general, chinese } satisfies NetworkFiles,
  })
  const ended = once(thread, 'exit')
  // Rejects by what ends it, before anybody waits for it: a model that cannot be loaded is told by the start.
  ended.catch(() => {})
  // Its first message says that it is ready.
  await within(milliseconds, 'to start', once(thread, 'message'), () => void thread.terminate())
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
    async recognise(input, limit) {
      const answer = once(thread, 'message')
      answer.catch(() => {})
      thread.postMessage(input)
      const [steps] = (await within(limit, 'to read', Promise.race([answer, failed]))) as [Step[]]
      return steps
    },
    async close() {
      await thread.terminate()
      await ended
    },
  }
}
