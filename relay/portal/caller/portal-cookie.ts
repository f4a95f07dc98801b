import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * The portal's cookies. Over TLS they are `__Host-` cookies (RFC 6265bis section 4.1.3.2): Secure, this host alone, path `/`.
 *
 * `SameSite=Lax`, not `Strict`: a handoff link is opened from mail or chat, and with `Strict` the browser would come without the cookie and the
 * person would seem signed out. Lax sends it along on such top-level GETs alone, which change nothing here; every other method needs the CSRF token.
 */
export type PortalCookie =
  /** Who is signed in. */
  | 'login-relay'
  /** Ties the sign-in form to the browser that asked for it, before there is a session. */
  | 'login-relay-form'
  /** Who has given the right password and owes a code; worth nothing but to give it. */
  | 'login-relay-half'
  /** A terminal's own secret, from when it shows a code until somebody has confirmed it. */
  | 'login-relay-pairing'
  /** The token of a paired terminal; no page but its own takes it. */
  | 'login-relay-terminal'
  /** By which the sign-in page knows whose phrase to show; signs nobody in. */
  | 'login-relay-phrase'

function nameOf(cookie: PortalCookie, secure: boolean): string {
  return secure ? `__Host-${cookie}` : cookie
}

export function readCookie(request: FastifyRequest, cookie: PortalCookie, secure: boolean): string | undefined {
  return request.cookies[nameOf(cookie, secure)]
}

/** Until the browser closes, or the relay ends what it stands for: a terminal nobody trusts keeps nothing. */
export function setCookie(reply: FastifyReply, cookie: PortalCookie, value: string, secure: boolean): void {
  reply.setCookie(nameOf(cookie, secure), value, { path: '/', httpOnly: true, sameSite: 'lax', secure })
}

/** For 400 days, as long as browsers keep one at most (RFC 6265bis). It goes along from the portal's own pages and typed addresses alone: no other site has it sent. */
export function keepCookie(reply: FastifyReply, cookie: 'login-relay-phrase', value: string, secure: boolean): void {
  reply.setCookie(nameOf(cookie, secure), value, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: 400 * 86_400 })
}

export function clearCookie(reply: FastifyReply, cookie: PortalCookie, secure: boolean): void {
  reply.clearCookie(nameOf(cookie, secure), { path: '/', httpOnly: true, sameSite: 'lax', secure })
}
