import type { Logger } from 'pino'
import { type Outbound, readClient } from '../../../outbound/index.ts'
import type { Places } from './contract.ts'
import { isPlaceName } from './place-name.ts'

/** Milliseconds. */
const patience = 2000
const knownFor = 5 * 60_000
const unknownFor = 10_000
const mostAddresses = 10_000
const mostBytes = 65_536

interface HttpOptions {
  readonly outbound: Pick<Outbound, 'forward'>
  /** Of the check, with `{address}` where the address goes. */
  readonly url: string
  /** The member of its JSON answer that holds the place. */
  readonly field: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Logger
}

/**
 * Asks an HTTP endpoint where an address is. What it does not say within two seconds nobody knows: what is lent to places is then lent to
 * none. Nothing but the address leaves.
 */
export function placesByHttp({ outbound, url, field, now, log }: HttpOptions): Places['of'] {
  const known = new Map<string, { readonly places: readonly string[]; readonly until: number }>()
  const asked = new Map<string, Promise<readonly string[]>>()

  async function ask(address: string): Promise<readonly string[]> {
    const at = new URL(url.replaceAll('{address}', encodeURIComponent(address)))
    const answer = await outbound.forward(
      // Who runs the relay has named it: it may be anywhere.
      { id: 'the location check', origins: [at.origin], networks: ['public', 'private', 'loopback'] },
      {
        method: 'GET',
        origin: at.origin,
        path: at.pathname + at.search,
        headers: ['accept', 'application/json', 'user-agent', 'login-relay'],
        body: null,
        signal: AbortSignal.timeout(patience) as never,
      },
    )
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > mostBytes) throw new Error('its answer is too long')
      chunks.push(chunk)
    }
    if (answer.status !== 200) throw new Error(`it answered ${answer.status}`)
    const place = (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> | null)?.[field]
    return typeof place === 'string' && isPlaceName(place.trim()) ? [place.trim()] : []
  }

  function keep(address: string, places: readonly string[]): readonly string[] {
    if (known.size >= mostAddresses) known.clear()
    known.set(address, { places, until: now() + (places.length === 0 ? unknownFor : knownFor) })
    asked.delete(address)
    return places
  }

  return (told) => {
    // One address has one name, and nothing else is put into the URL.
    const address = readClient(told)?.toString()
    if (address === undefined) return []
    const found = known.get(address)
    if (found !== undefined && now() < found.until) return found.places
    const waiting = asked.get(address)
    if (waiting !== undefined) return waiting
    const answer = ask(address).then(
      (places) => keep(address, places),
      (error: unknown) => {
        log.warn(
          { reason: error instanceof Error ? error.message : String(error) },
          'the location check did not answer: what is lent to places is lent to none',
        )
        return keep(address, [])
      },
    )
    asked.set(address, answer)
    return answer
  }
}
