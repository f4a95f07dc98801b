import type { FastifyRequest } from 'fastify'

/** Where a client is, and what it says it is. */
export function cameFrom(request: FastifyRequest): { readonly address: string; readonly agent: string } {
  return { address: request.address, agent: request.headers['user-agent']?.slice(0, 200) ?? '' }
}
