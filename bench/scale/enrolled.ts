import { loaded } from '../proxy/measure.ts'
import { type Origin, small } from '../proxy/origin.ts'
import { median } from '../sites/median.ts'
import { stopProcess } from '../start-process.ts'
import { type Holding, startHolding } from './holding.ts'

const rounds = 5
/** Seconds. */
const seconds = 2
const usedHosts = 10

/** Requests a second to ten hosts, where little else is enrolled and where much is: side by side, in turn. */
export async function benchEnrolled(origin: Origin): Promise<readonly string[]> {
  const few = await startHolding(origin, usedHosts)
  try {
    const much = await startHolding(origin, usedHosts, { sites: 990, accountsEach: 2 })
    try {
      const seen = new Map([few, much].map((one) => [one, [] as number[]]))
      for (const one of [few, much]) await perSecond(one, origin)
      for (let round = 0; round < rounds; round++) {
        for (const one of [few, much]) seen.get(one)?.push(await perSecond(one, origin))
      }
      const [withFew = Number.NaN, withMuch = Number.NaN] = [few, much].map((one) => median(seen.get(one) ?? []))
      return [
        `requests/s with 10 hosts and accounts enrolled ${withFew.toFixed(0)}; with 1,000 hosts and 1,990 accounts ${withMuch.toFixed(0)}: ${(withMuch / withFew).toFixed(2)} of it`,
      ]
    } finally {
      await stopProcess(much.child)
    }
  } finally {
    await stopProcess(few.child)
  }
}

async function perSecond({ proxy, ca, pid, hosts }: Holding, origin: Origin): Promise<number> {
  return (await loaded({ proxy, ca, pid }, origin, { path: small, connections: 20, seconds, hosts })).requests / seconds
}
