import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Step } from '../decoding/beam.ts'
import { Lifeline } from '../engine/lifeline.ts'
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
  const life = new Lifeline()
  // First by what ends it: a model that cannot be loaded is told by the start.
  thread.on('error', (error) => life.end(error)).once('exit', () => life.end(new Error('the network ended')))
  const nextMessage = async (): Promise<unknown> => (await once(thread, 'message'))[0]
  try {
    // Its first message says that it is ready.
    await within(milliseconds, 'to start', life.awaiting(nextMessage()))
  } catch (error) {
    await thread.terminate()
    throw error
  }
  return {
    async recognise(input, limit) {
      const answer = life.awaiting(nextMessage())
      thread.postMessage(input)
      return (await within(limit, 'to read', answer)) as Step[]
    },
    async close() {
      await thread.terminate()
    },
  }
}
