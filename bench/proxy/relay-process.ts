import { signInAt, startBenchRelay } from '../relay-for-bench.ts'
import type { Origin } from './origin.ts'

/** What the relay of the bench tells when it is signed in. */
export interface RelayReady {
  readonly port: number
  readonly authorization: string
  readonly ca: string
}

// A process of its own: a whole relay with the origin given as its only argument enrolled, signed in there, with its access log. What a
// device may ask is the one thing that is not as by default: the bench asks for more.
const site = JSON.parse(process.argv[2] ?? '') as Pick<Origin, 'origin' | 'ca'>
const bench = await startBenchRelay({
  proxy: { listen: '127.0.0.1:0' },
  log: { access: 'file' },
  limits: { requestsPerSecond: 1_000_000, burst: 10_000_000 },
})
await signInAt(bench, { id: 'erp', ...site })
process.send?.({
  port: Number(bench.relay.proxy.address.split(':').at(-1)),
  authorization: bench.authorization,
  ca: bench.relay.certificateAuthority.pem(),
} satisfies RelayReady)
