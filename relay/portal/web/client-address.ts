import type { IncomingMessage } from 'node:http'
import type { IPv6 } from 'ipaddr.js'
import { readClient, readRange } from '../../outbound/index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The client's; what everything goes by that counts, records, tells or judges by address. */
    address: string
  }
}

/** Whose word on where a client is counts, and on which connections: those of `ownPort`. What came by the relay's own proxy came past them. */
export interface TrustedProxies {
  isTrusted(address: string): boolean
  readonly ownPort: () => number
}

export function trustedProxies(ranges: string, ownPort: () => number): TrustedProxies {
  const trusted = ranges
    .split(/[\s,]+/)
    .map(readRange)
    .filter((range) => range !== undefined)
  return {
    ownPort,
    isTrusted(address) {
      const client = readClient(address)
      return client !== undefined && trusted.some(([network, bits]) => network.kind() === client.kind() && client.match(network as IPv6, bits))
    },
  }
}

/**
 * Where a request comes from: the connection's other end, or, where that is a trusted proxy, the last address in X-Forwarded-For that is not one.
 * What stands before it the client can have written. An address that cannot be read counts for nothing, nor does what stands before that.
 *
 * `cameByProxy`: the relay's own, which may listen at the same port of another address.
 *
 * `Forwarded` (RFC 7239) is not read: proxies that write X-Forwarded-For pass on whatever of it the client has sent.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  { isTrusted, ownPort }: TrustedProxies,
  cameByProxy: boolean,
): string {
  const { remoteAddress = '', localPort } = socket
  if (cameByProxy || localPort !== ownPort() || !isTrusted(remoteAddress)) return remoteAddress
  let found = remoteAddress
  // Several fields of the name are one with commas (RFC 9110 section 5.3).
  for (const hop of String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .reverse()) {
    const address = readHop(hop.trim())
    if (address === undefined) break
    found = address
    if (!isTrusted(address)) break
  }
  return found
}

/** Some proxies add the port: `192.0.2.7:4711`, `[2001:db8::7]:4711`. */
function readHop(text: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d{1,5})?|(\d[\d.]*)(?::\d{1,5})?)$/.exec(text) ?? []
  return readClient(bracketed ?? plain ?? text)?.toString()
}
