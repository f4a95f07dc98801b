import { createHmac } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { isPaired } from '../../control/index.ts'
import type { PairedTerminal } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'
import { whoOf } from './actors.ts'
import { readCookie } from './portal-cookie.ts'
import type { DevicePrincipal } from './proxied-devices.ts'

/** A browser that was paired. Its pages, and the way to the gateway, ask for it; to all else of the portal it is nobody. */
export interface Terminal {
  readonly principal: DevicePrincipal
  readonly paired: PairedTerminal
  /** Anti-CSRF value of its forms. */
  readonly csrf: string
}

/** Undefined: it was never paired, or that has ended. */
export function loadTerminal({ identity, secure }: Rooms, request: FastifyRequest): Terminal | undefined {
  const token = readCookie(request, 'login-relay-terminal', secure)
  const principal = token === undefined ? undefined : identity.devicePrincipal(token)
  if (token === undefined || principal === undefined || !isPaired(principal)) return undefined
  request.actor.who = whoOf(principal)
  return { principal, paired: principal.device.paired, csrf: createHmac('sha256', token).update('csrf').digest('base64url') }
}
