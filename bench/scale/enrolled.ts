import { loaded } from '../proxy/measure.ts'
import { type Origin, small } from '../proxy/origin.ts'
import { median } from '../sites/median.ts'
import { stopProcess } from '../start-process.ts'
import { type Holding, startHolding } from './holding.ts'

const rounds = 9
/** Seconds. */
const seconds = 2
const usedHosts = 10
/** With the one that they are made after: 1,000 hosts and 10,890 accounts in all. */
const others = { sites: 989, accountsEach: 11 }

/** Requests a second to ten hosts, where little else is enrolled and where much is: side by side, in turn. */
export async function benchEnrolled(origin: Origin): Promise<readonly string[]> {
  const few = await startHolding(origin, usedHosts)
  try {
    const much = await startHolding(origin, usedHosts, others)
    try {
      const seen = new Map([few, much].map((one) => [one, [] as Round[]]))
      for (const one of [few, much]) await round(one, origin)
      for (let at = 0; at < rounds; at++) {
        // Neither always comes after the other.
        for (const one of at % 2 === 0 ? [few, much] : [much, few]) seen.get(one)?.push(await round(one, origin))
      }
      const medianOf = (one: Holding, figure: keyof Round): number => median((seen.get(one) ?? []).map((figures) => figures[figure]))
      const told = (figure: keyof Round, name: string): string =>
        `${name} with 10 hosts and accounts enrolled ${medianOf(few, figure).toFixed(0)}; with 1,000 hosts and 10,890 accounts ${medianOf(much, figure).toFixed(0)}: ${(medianOf(much, figure) / medianOf(few, figure)).toFixed(2)} of it`
      return [told('perSecond', 'requests/s'), told('cpu', 'CPU time a request, µs,')]
    } finally {
      await stopProcess(much.child)
    }
  } finally {
    await stopProcess(few.child)
  }
}

interface Round {
  readonly perSecond: number
  /** Microseconds. On a busy machine it says more than the requests a second do. */
  readonly cpu: number
}

async function round({ proxy, ca, pid, hosts }: Holding, origin: Origin): Promise<Round> {
  const { requests, cpu } = await loaded({ proxy, ca, pid }, origin, { path: small, connections: 20, seconds, hosts })
  return { perSecond: requests / seconds, cpu }
}
