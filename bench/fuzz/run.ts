import { throwAt } from '../../test/attacks/fuzz/throw-at.ts'
import { megabytes, memoryOf } from '../memory.ts'
import { startProcess, stopProcess } from '../start-process.ts'
import type { FuzzedRelay } from './relay-process.ts'

/** Pieces thrown; the memory after the first tenth is what the rest is held against. LOGIN_RELAY_FUZZ sets another number, LOGIN_RELAY_FUZZ_SEED another seed. */
const count = Number(process.env.LOGIN_RELAY_FUZZ ?? 200_000)
const seed = Number(process.env.LOGIN_RELAY_FUZZ_SEED ?? 1)
const file = new URL('relay-process.ts', import.meta.url)

/** Malformed requests, TLS records and frames at every door of the proxy, with good requests in between. Rejects when one of those fails or the relay ends. */
export async function run(): Promise<readonly string[]> {
  const [relay, { address, authorization, ...rest }] = await startProcess<FuzzedRelay>(file)
  const colon = address.lastIndexOf(':')
  const access = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)), authorization }
  const to = { ...rest, access, goodEvery: 100, atOnce: 96 }
  try {
    const tenth = Math.round(count / 10)
    const first = await throwAt({ ...to, count: tenth, seed })
    const before = await memoryOf(relay)
    const begun = performance.now()
    const { good, outcomes } = await throwAt({ ...to, count: count - tenth, seed: seed + 1 })
    const perSecond = ((count - tenth) / (performance.now() - begun)) * 1000
    const after = await memoryOf(relay)
    const answers = [...outcomes].sort(([, a], [, b]) => b - a).map(([outcome, times]) => `${outcome} ${times}`)
    return [
      `${count} pieces, seed ${seed}: the relay is up, and ${first.good + good} good requests in between were answered`,
      `heap ${megabytes(before.heapUsed)} MB after the first tenth, ${megabytes(after.heapUsed)} MB after all; resident ${megabytes(before.rss)} and ${megabytes(after.rss)} MB`,
      `${perSecond.toFixed(0)} pieces/s; answers: ${answers.join(', ')}`,
    ]
  } finally {
    await stopProcess(relay)
  }
}
