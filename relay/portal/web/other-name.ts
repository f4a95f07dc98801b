import type { FastifyRequest } from 'fastify'
import { splitAddress } from '../../listening.ts'
import type { Rooms } from '../rooms.ts'

/** Of this machine. */
const names = ['localhost', '127.0.0.1']

/**
 * The same page at the portal's other name, once there and once back. While it has no public address it goes by two, and a browser that it knows at
 * the one is a stranger at the other: a cookie is a host's. Undefined: it was asked for there already, or there is none. The name is one of the two above,
 * whatever the request says; of the request it keeps port and path. Over TLS a certificate may hold for one of them alone.
 */
export function atOtherName({ config, scheme }: Pick<Rooms, 'config' | 'scheme'>, { url, headers }: FastifyRequest): string | undefined {
  const { publicUrl, listen } = config.portal
  if (publicUrl !== undefined || scheme !== 'http' || !['127.0.0.1', '0.0.0.0'].includes(splitAddress(listen).host)) return undefined
  const asked = new URL(url, `http://${headers.host}`)
  const times = Number(asked.searchParams.get('name') ?? 0)
  const other = names.includes(asked.hostname) && (times === 0 || times === 1) ? names.find((name) => name !== asked.hostname) : undefined
  if (other === undefined) return undefined
  asked.hostname = other
  asked.searchParams.set('name', String(times + 1))
  return asked.href
}
