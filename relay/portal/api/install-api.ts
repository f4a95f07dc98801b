import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import type { Rooms } from '../rooms.ts'
import { allowedMethods } from '../web/allowed-methods.ts'
import { logError, portalError, respondProblem } from '../web/respond-error.ts'
import { install } from './route.ts'
import { apiRoutes } from './routes.ts'

/** The HTTP API below /api/v1: JSON in, JSON out, problem details for everything that goes wrong. */
export async function installApi(app: FastifyInstance, rooms: Rooms): Promise<void> {
  await app.register(swagger, { convertConstToEnum: false, stripBasePath: false, openapi: { ...aboutTheApi(rooms) } })
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler((thrown, request, reply) => {
    const error = portalError(thrown, 'application/json')
    logError(request, error)
    return respondProblem(reply, error)
  })
  app.setNotFoundHandler((request, reply) => respondProblem(reply, allowedMethods(app, request)))
  for (const definition of apiRoutes) install(app, rooms, definition)
  app.get('/openapi.json', { schema: { summary: 'This document', operationId: 'getOpenapiJson', security: [] } as object }, () => app.swagger())
}

function aboutTheApi({ version }: Rooms) {
  return {
    openapi: '3.1.0',
    info: { title: 'login-relay', version, description: 'Who may call what, and what each answer holds. Errors are problem details (RFC 9457) with a `code`.' },
    security: [{ device: [] }, { deviceName: [] }, { cookie: [] }],
    components: {
      securitySchemes: {
        device: { type: 'http' as const, scheme: 'bearer', description: "A device's token, or on the relay's own machine the local administrator's." },
        deviceName: { type: 'http' as const, scheme: 'basic', description: 'DEVICE:TOKEN.' },
        cookie: {
          type: 'apiKey' as const,
          in: 'cookie' as const,
          name: 'login-relay',
          description:
            'The portal session (`__Host-login-relay` over TLS). What changes something needs the header `x-csrf-token` too; GET /me tells its value.',
        },
      },
    },
  }
}
