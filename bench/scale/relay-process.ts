import { tellMemory } from '../memory.ts'
import { signInAt, startBenchRelay } from '../relay-for-bench.ts'
import type { Many } from './enrol-many.ts'

/** What the relay of the bench is to hold. */
export interface Held {
  /** The site: `https://HOST:PORT` of each of its hosts, at which it is signed in. */
  readonly origins: readonly string[]
  readonly ca: string
  /** Sites beside those, with so many accounts each. */
  readonly others: Many
}

/** What it tells when it is ready. */
export interface HoldingRelay {
  readonly port: number
  readonly authorization: string
  readonly ca: string
}

const { origins, ca, others } = JSON.parse(process.argv[2] ?? '') as Held
const many = 1_000_000
const config = { proxy: { listen: '127.0.0.1:0' }, limits: { requestsPerSecond: many, burst: many, requestsAtOnce: many, connections: many } }
const bench = await startBenchRelay(config, others)
const { relay, authorization } = bench
await Promise.all(origins.map((origin, at) => signInAt(bench, { id: `erp-${at}`, origin, ca })))
tellMemory(relay.proxy)
process.send?.({ port: Number(relay.proxy.address.split(':').at(-1)), authorization, ca: relay.certificateAuthority.pem() } satisfies HoldingRelay)
