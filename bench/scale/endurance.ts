import { dialTunnel, readAll } from '../../test/proxy/raw-client.ts'
import { megabytes, memoryOf } from '../memory.ts'
import { loaded } from '../proxy/measure.ts'
import { large, none, type Origin, small, torn } from '../proxy/origin.ts'
import { stopProcess } from '../start-process.ts'
import { type Holding, startHolding } from './holding.ts'

/** LOGIN_RELAY_REQUESTS sets another number. The memory after the first tenth is what the rest is held against. */
const count = Number(process.env.LOGIN_RELAY_REQUESTS ?? 1_000_000)
/** Of each kind, between two loads. */
const aborts = 40
/** Seconds of a load. */
const seconds = 5

/** The memory of a relay after many requests, among them answers that a client or the site breaks off. */
export async function benchEndurance(origin: Origin): Promise<readonly string[]> {
  const relay = await startHolding(origin, 4)
  try {
    let [requests, aborted] = [0, 0]
    const until = async (most: number): Promise<NodeJS.MemoryUsage> => {
      while (requests < most) {
        requests += (await loaded(relay, origin, { path: small, connections: 16, seconds, hosts: relay.hosts })).requests
        await Promise.all(Array.from({ length: aborts }, () => abort(relay, origin)))
        aborted += 3 * aborts
      }
      return memoryOf(relay.child)
    }
    const before = await until(count / 10)
    const first = requests
    const after = await until(count)
    return [
      `memory after ${first} requests: heap ${megabytes(before.heapUsed)} MB, resident ${megabytes(before.rss)} MB; after ${requests}, ${aborted} aborted ones beside them: heap ${megabytes(after.heapUsed)} MB, resident ${megabytes(after.rss)} MB`,
    ]
  } finally {
    await stopProcess(relay.child)
  }
}

/** A client that leaves in the middle of an answer, and a site that breaks off in one or gives none. */
async function abort({ proxy, ca, hosts }: Holding, { port }: Origin): Promise<void> {
  for (const path of [large, torn, none]) {
    const authority = `${hosts[0]}:${port}`
    const socket = await dialTunnel({ host: '127.0.0.1', ...proxy }, { authority, ca })
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`)
    await readAll(socket, { until: (text) => path === large && text.length > 10_000 })
  }
}
