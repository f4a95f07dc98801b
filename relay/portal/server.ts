import cookie from '@fastify/cookie'
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import { RelayError } from '../errors.ts'
import { installApi } from './api/install-api.ts'
import { noteActors } from './caller/actors.ts'
import { checkShownCertificate } from './caller/certified.ts'
import { installPages } from './pages/install-pages.ts'
import type { Rooms } from './rooms.ts'
import { noteRoutes } from './web/allowed-methods.ts'
import { clientAddress, trustedProxies } from './web/client-address.ts'
import { isOwnHost } from './web/host-rule.ts'
import { bodyLimit, portalError, respondProblem } from './web/respond-error.ts'
import { securityHeaders } from './web/security-headers.ts'

/** What the portal's own TLS listener shows, and the CA of devices. PEM. */
export interface PortalTls {
  readonly cert: string
  readonly key: string
  /** A client need not show a certificate; one that it shows is verified by this. */
  readonly ca: string
}

export interface ServerOptions {
  /** Host of `portal.listen`, IPv6 in brackets. */
  readonly listenHost: string
  readonly tls: PortalTls | undefined
  /** The port it listens at. */
  readonly ownPort: () => number
}

/** What is logged of a request: which route, not which address; addresses hold tickets. No headers, no body, no query. */
const serializers = {
  req: ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions?.url }),
  res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
}

/** The server with every route, not listening yet. */
export async function buildServer(rooms: Rooms, { listenHost, tls, ownPort }: ServerOptions): Promise<FastifyInstance> {
  const options = {
    loggerInstance: rooms.log.child({ room: 'portal' }, { serializers }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    return503OnClosing: false,
    // Fastify calls no hooks for these: an address that cannot be decoded, and the like.
    frameworkErrors: ((thrown: unknown, request: FastifyRequest, reply: Parameters<typeof respondProblem>[0]) => {
      reply.headers(securityHeaders({ secure: rooms.secure, host: request.headers.host }))
      void respondProblem(reply, portalError(thrown, 'application/json'))
    }) as never,
  }
  const app = (tls === undefined
    ? Fastify(options)
    : Fastify({ ...options, https: { ...tls, requestCert: true, rejectUnauthorized: false } })) as unknown as FastifyInstance
  noteRoutes(app)
  app.decorateRequest('principal', undefined)
  app.decorateRequest('certified', undefined)
  app.decorateRequest('address', '')
  const trusted = trustedProxies(rooms.config.portal.trustedProxies ?? '', ownPort)
  app.addHook('onRequest', async (request, reply) => {
    request.address = clientAddress(request.raw, trusted, rooms.proxied.cameByProxy(request.raw))
    const { host } = request.headers
    reply.headers(securityHeaders({ secure: rooms.secure, host }))
    const facts = { host, listenHost, publicHost: new URL(rooms.url()).hostname, localAddress: request.socket.localAddress }
    if (!isOwnHost(facts)) throw new RelayError('host_unknown')
  })
  noteActors(app, rooms)
  app.addHook('onRequest', async (request) => {
    request.certified = checkShownCertificate(rooms, request)
  })
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug({ req: request, res: reply, ms: Math.round(reply.elapsedTime) }, 'answered')
  })
  await app.register(cookie)
  await app.register((scope) => installApi(scope, rooms), { prefix: '/api/v1' })
  await app.register((scope) => installPages(scope, rooms))
  await app.ready()
  return app
}
