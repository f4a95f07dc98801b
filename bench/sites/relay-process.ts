import { startBenchRelay } from '../relay-for-bench.ts'

/** What the relay of the bench tells when it runs. */
export interface RelayReady {
  readonly url: string
  /** `Authorization` of the local administrator, and of a device of ann's. */
  readonly operator: string
  readonly ann: string
}

// A process of its own, so that its CPU time is the relay's alone: a whole relay, spoken to by its HTTP API.
const { relay, authorization } = await startBenchRelay({ proxy: { listen: '127.0.0.1:0' }, login: { captchaTries: 10 } })
process.send?.({ url: relay.portal.url(), operator: `Bearer ${relay.adminToken}`, ann: authorization } satisfies RelayReady)
// Asked for the CPU time it has used so far: milliseconds.
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.((user + system) / 1000)
})
