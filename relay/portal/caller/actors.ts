import type { FastifyInstance } from 'fastify'
import { type Actor, runAs, type Who } from '../../audit/index.ts'
import type { Principal } from '../../identity/index.ts'
import { Repeats } from '../../recorded/index.ts'
import type { Rooms } from '../rooms.ts'
import { cameFrom } from './came-from.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is at work; known once the request's credential was looked at. */
    actor: Actor
  }
}

/** What each request sets going is recorded as its sender's, and what a rule did not allow is recorded too. */
export function noteActors(app: FastifyInstance, { audit, log }: Rooms): void {
  const repeats = new Repeats(Date.now)
  app.decorateRequest('actor', null as unknown as Actor)
  app.addHook('onRequest', (request, _reply, done) => {
    request.actor = { who: { kind: 'unknown' }, from: cameFrom(request) }
    runAs(request.actor, done)
  })
  // The body came by events of the connection, which is nobody's.
  app.addHook('preValidation', (request, _reply, done) => runAs(request.actor, done))
  app.addHook('onError', async ({ actor, method, routeOptions }) => {
    const { refusal, who } = actor ?? {}
    if (refusal === undefined) return
    const asked = `${method} ${routeOptions.url}`
    const key = JSON.stringify([who, asked, refusal])
    if (repeats.isRepeat(key)) return
    await audit
      .record({ ...refusal, outcome: 'refused', details: { asked } })
      .catch((error: unknown) => log.error({ err: error }, 'a refusal could not be recorded'))
  })
}

export function whoOf(principal: Principal): Who {
  if (principal.kind === 'local') return { kind: 'local' }
  const { id: user, name } = principal.user
  if (principal.kind === 'portal') return { kind: 'user', user, name, session: principal.session.id }
  return { kind: 'device', user, name, device: principal.device.id, deviceName: principal.device.name }
}
