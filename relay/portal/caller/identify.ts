import type { FastifyRequest } from 'fastify'
import { RelayError } from '../../errors.ts'
import type { Principal } from '../../identity/index.ts'
import { sameSecret } from '../../same-secret.ts'
import type { Rooms } from '../rooms.ts'
import { whoOf } from './actors.ts'
import { isFromOwnPage } from './origin-rule.ts'
import { readCookie } from './portal-cookie.ts'

export type PortalPrincipal = Extract<Principal, { kind: 'portal' }>

/**
 * Who sent this: the Authorization header decides where there is one, then the portal cookie, then the certificate of the connection. A
 * credential that is not known is refused, never passed over for another one.
 */
export async function loadPrincipal(rooms: Rooms, request: FastifyRequest): Promise<Principal | undefined> {
  const { authorization } = request.headers
  const { certified } = request
  if (authorization === undefined) {
    if (certified === undefined || readCookie(request, 'login-relay', rooms.secure) !== undefined) return loadPortalPrincipal(rooms, request)
    // A browser shows its certificate along with whatever the page of anybody has it send.
    checkOwnPage(rooms, request)
  }
  const principal = authorization === undefined ? certified : tokenPrincipal(rooms, request, authorization)
  const isAnother = certified !== undefined && principal?.kind === 'device' && principal.device.id !== certified.device.id
  if (principal === undefined || isAnother) throw new RelayError('unauthenticated')
  request.actor.who = whoOf(principal)
  return principal
}

export async function loadPortalPrincipal({ identity, secure }: Rooms, request: FastifyRequest): Promise<PortalPrincipal | undefined> {
  const token = readCookie(request, 'login-relay', secure)
  const principal = token === undefined ? undefined : await identity.portalPrincipal(token)
  if (principal !== undefined) request.actor.who = whoOf(principal)
  return principal
}

function tokenPrincipal({ identity, adminToken }: Rooms, request: FastifyRequest, authorization: string): Principal | undefined {
  const [, scheme = '', credential = ''] = /^(Bearer|Basic) +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') {
    if (sameSecret(credential, adminToken)) return isFromThisMachine(request) ? { kind: 'local' } : undefined
    return identity.devicePrincipal(credential)
  }
  // RFC 7617: user-id and password, parted by the first colon.
  const [, name, token] = /^([^:]*):(.*)$/s.exec(Buffer.from(credential, 'base64').toString('utf8')) ?? []
  return name === undefined || token === undefined ? undefined : identity.devicePrincipal(token, name)
}

/** The local administrator sits at this machine; what a proxy brought comes from elsewhere, whatever the socket says. */
function isFromThisMachine({ socket, headers }: FastifyRequest): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const brought = headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via
  return brought === undefined && (address === '::1' || address.startsWith('127.'))
}

/** Throws `form_stale` unless a request that changes something comes from the portal's own page. */
export function checkOwnPage({ url, scheme }: Rooms, request: FastifyRequest): void {
  if (isSafe(request.method)) return
  const { origin, host } = request.headers
  const secFetchSite = request.headers['sec-fetch-site']
  const facts = { origin, secFetchSite: Array.isArray(secFetchSite) ? secFetchSite[0] : secFetchSite, host, scheme, publicOrigin: url() }
  if (!isFromOwnPage(facts)) throw new RelayError('form_stale')
}

/** Throws `form_stale` unless the anti-CSRF value is the session's own. */
export function checkCsrf(given: unknown, expected: string): void {
  if (typeof given !== 'string' || !sameSecret(given, expected)) throw new RelayError('form_stale')
}

/** RFC 9110 section 9.2.1. */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
