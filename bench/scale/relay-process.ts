import { tellMemory } from '../memory.ts'
import { enrolAt, signInAt, startBenchRelay } from '../relay-for-bench.ts'

/** What the relay of the bench is to hold. */
export interface Held {
  /** The site: `https://HOST:PORT` of each of its hosts, at which it is signed in. */
  readonly origins: readonly string[]
  readonly ca: string
  /** Sites beside those, with so many accounts each. */
  readonly others: { readonly sites: number; readonly accountsEach: number }
}

/** What it tells when it is ready. */
export interface HoldingRelay {
  readonly port: number
  readonly authorization: string
  readonly ca: string
}

const { origins, ca, others } = JSON.parse(process.argv[2] ?? '') as Held
const many = 1_000_000
const bench = await startBenchRelay({
  proxy: { listen: '127.0.0.1:0' },
  limits: { requestsPerSecond: many, burst: many, requestsAtOnce: many, connections: many },
})
const { relay, userId, authorization } = bench
await Promise.all(Array.from({ length: others.sites }, (_, at) => enrolOther(at)))
await Promise.all(origins.map((origin, at) => signInAt(bench, { id: `erp-${at}`, origin, ca })))
tellMemory(relay.proxy)
process.send?.({ port: Number(relay.proxy.address.split(':').at(-1)), authorization, ca: relay.certificateAuthority.pem() } satisfies HoldingRelay)

async function enrolOther(at: number): Promise<void> {
  const id = `other-${at}`
  await enrolAt(bench, { id, origin: `https://${id}.example`, ca })
  const names = Array.from({ length: others.accountsEach - 1 }, (_, one) => `${id}-${one}`)
  await Promise.all(names.map((name) => relay.accounts.addAccount({ owner: userId, siteId: id, name, username: name, secrets: { password: 'secret' } })))
}
