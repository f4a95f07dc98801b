import { Readable } from 'node:stream'
import type { Part, SecretSlot } from '../contract.ts'

/** The value of a secret for an origin; throws `secret_refused`. */
export type OpenSecret = (secret: object, origin: string) => string

/** The request that a slot stands in. */
export interface FilledRequest {
  readonly origin: string
  readonly method: string
  /** Path and query as they are written. */
  readonly path: string
}

/** The bytes that stand in the place of a slot. */
export type FillSlot = (slot: SecretSlot, request: FilledRequest) => Buffer

export function slotsOf(parts: readonly Part[]): SecretSlot[] {
  return parts.filter((part): part is SecretSlot => !Buffer.isBuffer(part))
}

/** Parts with every slot filled in for this request. */
export function fillParts(parts: readonly Part[], request: FilledRequest, fillSlot: FillSlot): Buffer {
  return Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : fillSlot(part, request))))
}

/** Flat headers with slots filled in; the given ones themselves where there is nothing to fill in. `Host` is left out: it is written from the origin that was checked. */
export function fillHeaders(flat: readonly (string | readonly Part[])[], request: FilledRequest, fillSlot: FillSlot): readonly string[] {
  if (isFilled(flat)) return flat
  const headers: string[] = []
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] as string
    if (name.length === 4 && name.toLowerCase() === 'host') continue
    const value = flat[index + 1] as string | readonly Part[]
    headers.push(name, typeof value === 'string' ? value : fillParts(value, request, fillSlot).toString('latin1'))
  }
  return headers
}

/** Nothing of them is to be changed: of most requests, and then they are not written anew. */
function isFilled(flat: readonly (string | readonly Part[])[]): flat is readonly string[] {
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const name = flat[index] as string
    if (typeof flat[index + 1] !== 'string' || (name.length === 4 && name.toLowerCase() === 'host')) return false
  }
  return flat.length % 2 === 0
}

/**
 * A body whose slots are filled in at the moment it is written: by then the connection is up and the site has proved its identity.
 * undici asks a stream for its first bytes right before it writes the header, and takes the length of one that has already
 * ended; so the body comes in one piece, with an exact Content-Length, and can never be sent a second time.
 */
export function bodyFilledLate(fill: () => Buffer): Readable {
  return new Readable({
    read() {
      try {
        this.push(fill())
        this.push(null)
      } catch (error) {
        this.destroy(error as Error)
      }
    },
  })
}
