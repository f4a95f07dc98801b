import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { RelayError } from '../../errors.ts'
import type { SignedIn } from '../../identity/index.ts'
import type { Rooms } from '../rooms.ts'
import { checkCsrf, checkOwnPage, loadPortalPrincipal, type PortalPrincipal } from './identify.ts'
import { clearCookie, readCookie, setCookie } from './portal-cookie.ts'

/** Ties the forms of signing in to the browser that asked for them, before there is a session: nobody can sign another's browser in to an account of his. */
const formKey = randomBytes(32)

/** The anti-CSRF value for a form that is shown now. */
export function assignFormCookie({ secure }: Rooms, request: FastifyRequest, reply: FastifyReply): string {
  const browser = readCookie(request, 'login-relay-form', secure) ?? randomBytes(32).toString('base64url')
  setCookie(reply, 'login-relay-form', browser, secure)
  return tokenOf(browser)
}

/** Throws `form_stale` unless the form was shown to this browser. */
export function checkSignInForm(rooms: Rooms, request: FastifyRequest): void {
  checkOwnPage(rooms, request)
  checkCsrf((request.body as { csrf?: unknown } | undefined)?.csrf, tokenOf(formBrowser(rooms, request)))
}

/**
 * Whose browser it is when a form of signing in comes a second time: a button pressed twice, of which the first press has signed him in,
 * and whose answer, with the end of the form's cookie, was not waited for. `form_stale` from a page of another site.
 */
export async function sentTwiceBy(rooms: Rooms, request: FastifyRequest): Promise<PortalPrincipal | undefined> {
  checkOwnPage(rooms, request)
  return readCookie(request, 'login-relay-form', rooms.secure) === undefined ? loadPortalPrincipal(rooms, request) : undefined
}

/** Which browser it is: the value that its form was tied to. `form_stale`: it has none. */
export function formBrowser({ secure }: Rooms, request: FastifyRequest): string {
  const browser = readCookie(request, 'login-relay-form', secure)
  if (browser === undefined) throw new RelayError('form_stale')
  return browser
}

/** The browser is signed in from now on; the session that it had ends. */
export async function welcome(rooms: Rooms, request: FastifyRequest, reply: FastifyReply, { token }: SignedIn): Promise<void> {
  const previous = await loadPortalPrincipal(rooms, request)
  if (previous !== undefined) await rooms.identity.endPortalSession(previous.session.id)
  setCookie(reply, 'login-relay', token, rooms.secure)
  clearCookie(reply, 'login-relay-form', rooms.secure)
  clearCookie(reply, 'login-relay-half', rooms.secure)
}

function tokenOf(browser: string): string {
  return createHmac('sha256', formKey).update(browser).digest('base64url')
}
