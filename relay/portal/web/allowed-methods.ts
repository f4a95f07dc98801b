import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RelayError } from '../../errors.ts'

interface KnownRoute {
  readonly methods: readonly string[]
  readonly pattern: RegExp
}

const known = new WeakMap<object, KnownRoute[]>()

/** Keeps note of every route of this server, so that an address met with the wrong method is told from one that is not there. */
export function noteRoutes(app: FastifyInstance): void {
  const routes: KnownRoute[] = []
  known.set(app.server, routes)
  app.addHook('onRoute', ({ method, url }) => {
    routes.push({ methods: [method].flat(), pattern: new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`) })
  })
}

/** Why nothing was found: `method_not_allowed` (RFC 9110 section 15.5.6) or `not_found`. */
export function allowedMethods(app: FastifyInstance, { method, url }: FastifyRequest): RelayError {
  const path = url.split('?', 1)[0] ?? ''
  const allowed = (known.get(app.server) ?? []).filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods)
  if (allowed.length === 0) return new RelayError('not_found', { params: { what: 'such address' } })
  return new RelayError('method_not_allowed', { params: { method, allowed: [...new Set(allowed)].join(', ') } })
}
