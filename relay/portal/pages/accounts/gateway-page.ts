import type { FastifyInstance } from 'fastify'
import { RelayError } from '../../../errors.ts'
import { loadPortalPrincipal } from '../../caller/identify.ts'
import { loadTerminal } from '../../caller/terminal.ts'
import type { Rooms } from '../../rooms.ts'
import { respondGoTo } from '../page-route.ts'
import { showSignIn } from '../sign-in/sign-in-page.ts'

interface Asked {
  readonly Params: { readonly label: string }
  readonly Querystring: { readonly state?: unknown; readonly path?: unknown; readonly home?: unknown }
}

/**
 * Where an account's host at the gateway sends a browser that it does not know, and from where it is sent back. It changes nothing here; the
 * way back is good once, in the browser that brought `state`, and leads to the person's own account only.
 */
export function gatewayPage(app: FastifyInstance, rooms: Rooms): void {
  app.get<Asked>('/gateway/:label', async (request, reply) => {
    const { gateway } = rooms
    if (gateway === undefined) throw new RelayError('gateway_off')
    const { label } = request.params
    const principal = (await loadPortalPrincipal(rooms, request)) ?? loadTerminal(rooms, request)?.principal
    if (principal === undefined) return showSignIn(rooms, reply, request, { next: request.url, lead: 'Sign in to go on to the site.' })
    const { state, path, home } = request.query
    if (typeof state !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(state)) throw new RelayError('gateway_hand_over_spent')
    reply.header('referrer-policy', 'no-referrer')
    return respondGoTo(reply, gateway.handOver(principal, { label, state, path: typeof path === 'string' ? path : '/', home: Number(home) }))
  })
}
