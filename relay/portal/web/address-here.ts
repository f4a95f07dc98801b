import type { FastifyRequest } from 'fastify'
import type { Rooms } from '../rooms.ts'

/** The portal's public address; while none is configured, the one of the relay's own by which the person came (host-rule.ts has checked it). */
export function addressHere({ config, url, scheme }: Rooms, { headers }: FastifyRequest): string {
  return config.portal.publicUrl === undefined ? `${scheme}://${headers.host}` : url()
}
