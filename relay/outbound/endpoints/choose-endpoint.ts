import { narrowestRange, readClient } from './client-ranges.ts'
import type { Endpoint } from './contract.ts'

/** An endpoint that may be chosen, and what is known of it. */
export interface Candidate {
  readonly endpoint: Endpoint
  readonly state: 'up' | 'down' | 'unknown'
  /** Undefined: not measured. */
  readonly milliseconds: number | undefined
}

/** Another one is taken only where it is clearly faster: by this part of the time, and by so many milliseconds. */
const clearly = { part: 0.75, milliseconds: 3 }

/**
 * Those of the candidates that are nearest to a client, which are equals among each other: of those whose ranges hold its address the
 * ones with the narrowest; else those without ranges; else all. One that is down comes only where all are.
 */
export function nearest(candidates: readonly Candidate[], client: string | undefined): Candidate[] {
  const alive = candidates.filter(({ state }) => state !== 'down')
  const usable = alive.length > 0 ? alive : candidates
  const address = readClient(client)
  const ranked = usable.map((candidate) => ({ candidate, rank: rankOf(candidate.endpoint, address) }))
  const first = Math.max(...ranked.map(({ rank }) => rank))
  return ranked.filter(({ rank }) => rank === first).map(({ candidate }) => candidate)
}

function rankOf(endpoint: Endpoint, client: ReturnType<typeof readClient>): number {
  const bits = client && narrowestRange(endpoint, client)
  if (bits !== undefined) return 1 + bits
  return endpoint.clients === undefined ? 0 : -1
}

/** Of equals the fastest; but the one of the last time, unless another is clearly faster, so that two that are alike do not take turns. */
export function fastest(equals: readonly Candidate[], lastTime: string | undefined): Candidate | undefined {
  const [best] = equals.toSorted((a, b) => timeOf(a) - timeOf(b))
  const last = equals.find(({ endpoint }) => endpoint.address === lastTime)
  if (last === undefined || best === undefined) return best
  const isClear = timeOf(best) < timeOf(last) * clearly.part && timeOf(best) + clearly.milliseconds < timeOf(last)
  return isClear ? best : last
}

/** One that was not measured comes after those that were; they stay in the order of the declaration. */
function timeOf({ milliseconds }: Candidate): number {
  return milliseconds ?? Number.MAX_VALUE
}
