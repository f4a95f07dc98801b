import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { RelayError } from '../errors.ts'
import type { AgentRequest, AgentResponse, Destination, HttpAgent, Part, SecretSlot } from './contract.ts'
import { acceptedEncodings, decompress } from './decompress.ts'
import { exchange } from './exchange.ts'
import { bodyFilledLate, fillHeaders, fillParts, type OpenSecret, slotsOf } from './fill.ts'
import type { Pools } from './pools.ts'
import { patternOf, scrubText } from './scrub.ts'
import { SpentSecrets } from './spent-secrets.ts'
import { Stopwatch } from './stopwatch.ts'

// Between two pieces of a body.
const bodyTimeout = 30_000

export function createAgent({ destination, pools, openSecret }: { destination: Destination; pools: Pools; openSecret: OpenSecret }): HttpAgent {
  const spent = new SpentSecrets()
  const watch = new Stopwatch()
  const left = new Map<string, RegExp>()

  /** Opens a slot's secret for this origin, and remembers what to scrub from then on. */
  const openSlot = ({ secret, encoding }: SecretSlot, origin: string): string => {
    const value = openSecret(secret, origin)
    const charset = 'charset' in encoding ? encoding.charset : 'utf-8'
    if (value !== '' && !left.has(`${charset} ${value}`)) left.set(`${charset} ${value}`, patternOf({ value, charset }))
    return value
  }

  const send = async (request: AgentRequest): Promise<AgentResponse> => {
    const { url, signal } = request
    checkOrigin(destination, url)
    const slots = allSlots(request)
    // Law 2, before anything is connected: each of them is enrolled for this very origin.
    for (const slot of slots) openSlot(slot, url.origin)
    const claim = spent.claim(slots, url.origin, request.resend === true)
    let hasBegun = false
    const clock = watch.lap()
    const begun = performance.now()
    try {
      const { response } = await exchange(pools.of(destination, url.origin), written(request, openSecret), {
        site: destination.id,
        signal,
        clock,
        onStart() {
          hasBegun = true
        },
      })
      const headers = pairs(response.headers)
      claim.answered(response.status, locationOf(headers, url))
      const body = decompress(response.body, valuesOf(headers, 'content-encoding'), destination.id)
      return { url, status: response.status, headers, body, ms: performance.now() - begun }
    } catch (error) {
      if (!hasBegun) claim.release()
      throw error
    }
  }

  return {
    send,
    beginAttempt: () => spent.beginAttempt(),
    scrub: (text) => scrubText(text, left.values()),
    get networkMs() {
      return watch.milliseconds
    },
  }
}

function checkOrigin(destination: Destination, url: URL): void {
  if (/^https?:$/.test(url.protocol) && destination.origins.includes(url.origin)) return
  const place = url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin
  throw new RelayError('destination_refused', { params: { host: place, reason: `it is not an address of the site ${destination.id}` } })
}

function allSlots({ headers, query, body }: AgentRequest): SecretSlot[] {
  const inHeaders = headers.flatMap(([, value]) => (typeof value === 'string' ? [] : slotsOf(value)))
  return [...inHeaders, ...slotsOf(query ?? []), ...slotsOf(body ?? [])]
}

/** The request as undici takes it. Slots of the body are filled in when it is written, the others now. */
function written({ method, url, headers, query, body }: AgentRequest, openSecret: OpenSecret): Dispatcher.DispatchOptions {
  const { origin } = url
  const search = query === undefined ? url.search : `?${fillParts(query, origin, openSecret).toString('latin1')}`
  const filled = fillHeaders(headers.flat() as (string | readonly Part[])[], origin, openSecret).headers
  if (!headers.some(([name]) => name.toLowerCase() === 'accept-encoding')) filled.push('accept-encoding', acceptedEncodings)
  return { method: method as 'GET', path: url.pathname + search, headers: filled, body: bodyOf(body, origin, openSecret), bodyTimeout }
}

function bodyOf(parts: readonly Part[] | undefined, origin: string, openSecret: OpenSecret): Readable | Buffer | null {
  if (parts === undefined) return null
  return slotsOf(parts).length === 0 ? Buffer.concat(parts as readonly Buffer[]) : bodyFilledLate(() => fillParts(parts, origin, openSecret))
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let index = 0; index + 1 < flat.length; index += 2) found.push([flat[index] as string, flat[index + 1] as string])
  return found
}

/** RFC 9110 section 5.3: the values of a repeated field are one list. */
function valuesOf(headers: readonly (readonly [string, string])[], name: string): string {
  return headers
    .filter(([key]) => key.toLowerCase() === name)
    .map(([, value]) => value)
    .join(',')
}

function locationOf(headers: readonly (readonly [string, string])[], base: URL): URL | undefined {
  const value = headers.find(([key]) => key.toLowerCase() === 'location')?.[1]
  return value === undefined ? undefined : (URL.parse(value, base.href) ?? undefined)
}
