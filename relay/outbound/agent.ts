import type { Readable } from 'node:stream'
import { RelayError } from '../errors.ts'
import type { EndpointRoutes } from './connections/endpoint-routes.ts'
import type { AgentRequest, AgentResponse, Destination, NewSecret, Part, SecretSlot, TypingAgent } from './contract.ts'
import type { Route } from './endpoints/contract.ts'
import { acceptedEncodings, decompress } from './exchange/decompress.ts'
import { type ExchangeRequest, exchange } from './exchange/exchange.ts'
import { headerPairs, valuesOf } from './exchange/header-pairs.ts'
import { Stopwatch } from './exchange/stopwatch.ts'
import { bodyFilledLate, type FilledRequest, type FillSlot, fillHeaders, fillParts, slotsOf } from './secrets/fill.ts'
import { scrubberOf } from './secrets/scrub.ts'
import { SlotFiller, type SlotTools } from './secrets/slot-filler.ts'
import { SpentSecrets } from './secrets/spent-secrets.ts'

// Between two pieces of a body.
const bodyTimeout = 30_000

export interface AgentOptions extends SlotTools {
  readonly destination: Destination
  readonly routes: EndpointRoutes
  readonly route?: Route | undefined
  readonly newSecret?: NewSecret | undefined
}

export function createAgent({ destination, routes, route, newSecret, ...tools }: AgentOptions): TypingAgent {
  const spent = new SpentSecrets(newSecret?.secret)
  const watch = new Stopwatch()
  const left = new Map<string, (text: string) => string>()
  // What is scrubbed from then on.
  const filler = new SlotFiller(tools, (value, charset) => {
    if (value !== '' && !left.has(`${charset} ${value}`)) left.set(`${charset} ${value}`, scrubberOf({ value, charset }))
  })

  const send = async (request: AgentRequest): Promise<AgentResponse> => {
    const { url, signal } = request
    checkOrigin(destination, url)
    const slots = allSlots(request)
    await filler.prepare(slots, url.origin, signal)
    // Law 2, before anything is connected: each of them is enrolled for this very origin, and can be made what is wanted.
    for (const slot of slots) filler.text(slot, url.origin)
    if (newSecret !== undefined && slots.some(({ secret }) => secret === newSecret.secret)) await newSecret.beforeItLeaves()
    const first = await sendOnce(request, slots, request.resend === true)
    if (!first.isStale) return first.answer
    first.answer.body.destroy()
    return (await sendOnce(request, slots, false)).answer
  }

  const sendOnce = async (request: AgentRequest, slots: readonly SecretSlot[], isResend: boolean): Promise<{ answer: AgentResponse; isStale: boolean }> => {
    const { url, signal } = request
    const claim = spent.claim(slots, url.origin, isResend)
    let hasBegun = false
    const clock = watch.lap()
    const begun = performance.now()
    try {
      const options = {
        site: destination.id,
        signal,
        clock,
        onStart() {
          hasBegun = true
          request.onStart?.()
        },
      }
      // Written anew for every endpoint that is tried: none but the last has got any of it.
      const response = await routes.send(destination, url.origin, { route, body: null }, ({ http1 }) => exchange(http1, written(request, filler), options))
      const headers = headerPairs(response.headers)
      const isStale = tools.nonces.answered(slots, url.origin, response.status, headers)
      if (isStale) claim.release()
      else claim.answered(response.status, locationOf(headers, url))
      const body = decompress(response.body, valuesOf(headers, 'content-encoding'), destination.id)
      return { answer: { url, status: response.status, headers, body, ms: performance.now() - begun }, isStale }
    } catch (error) {
      if (!hasBegun) claim.release()
      throw error
    }
  }

  const type: TypingAgent['type'] = async (slot, origin, into) => {
    checkOrigin(destination, new URL(origin))
    const whole: SecretSlot = { ...slot, encoding: { as: 'json' } }
    await filler.prepare([whole], origin, undefined)
    const text = filler.text(whole, origin)
    spent.claim([whole], origin, false)
    await into(text)
  }

  return {
    send,
    type,
    beginAttempt: () => spent.beginAttempt(),
    scrub: (text) => [...left.values()].reduce((scrubbed, scrubber) => scrubber(scrubbed), text),
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
function written({ method, url, headers, query, body }: AgentRequest, { fill }: SlotFiller): ExchangeRequest {
  const { origin } = url
  const search = query === undefined ? url.search : `?${fillParts(query, { origin, method, path: url.pathname }, fill).toString('latin1')}`
  const request = { origin, method, path: url.pathname + search }
  const filled = fillHeaders(headers.flat() as (string | readonly Part[])[], request, fill)
  const isNamed = headers.some(([name]) => name.toLowerCase() === 'accept-encoding')
  return {
    method,
    path: request.path,
    headers: isNamed ? filled : [...filled, 'accept-encoding', acceptedEncodings],
    body: bodyOf(body, request, fill),
    bodyTimeout,
  }
}

function bodyOf(parts: readonly Part[] | undefined, request: FilledRequest, fill: FillSlot): Readable | Buffer | null {
  if (parts === undefined) return null
  return slotsOf(parts).length === 0 ? Buffer.concat(parts as readonly Buffer[]) : bodyFilledLate(() => fillParts(parts, request, fill))
}

function locationOf(headers: readonly (readonly [string, string])[], base: URL): URL | undefined {
  const value = headers.find(([key]) => key.toLowerCase() === 'location')?.[1]
  return value === undefined ? undefined : (URL.parse(value, base.href) ?? undefined)
}
