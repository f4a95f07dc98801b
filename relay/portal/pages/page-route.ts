import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RelayError } from '../../errors.ts'
import { isFresh } from '../access.ts'
import { describeIssue } from '../api/route.ts'
import { checkCsrf, checkOwnPage, loadPortalPrincipal, type PortalPrincipal } from '../caller/identify.ts'
import type { Rooms } from '../rooms.ts'
import { layout, type Page } from './layout.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** How many notices this user has not read: every page says so. */
    unreadNotices(userId: string): number
  }
}

/** After something was done: where to look at it. A path of the portal. */
export interface GoTo {
  readonly goTo: string
}

export interface PageCall<F = undefined> {
  readonly rooms: Rooms
  readonly principal: PortalPrincipal
  readonly csrf: string
  /** Parts of the path, by name. */
  readonly params: Readonly<Record<string, string>>
  /** The query, single values only. */
  readonly query: Readonly<Record<string, string>>
  readonly form: F
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Who is shown a form has so long for it before he is asked again. Milliseconds. */
const timeToFillIn = 2 * 60_000

/** A page only for who has proved lately that it is he; others are asked, and led back. */
export interface FreshPage {
  readonly path: string
  readonly fresh: true
}

/** A form only from who has proved lately that it is he; others are asked, and led back to `freshFrom`, the form's page. */
export interface FreshForm {
  readonly path: string
  readonly freshFrom: string
}

/** A page for the signed-in; others are led to the sign-in page and back. */
export function showPage(app: FastifyInstance, rooms: Rooms, path: string | FreshPage, show: (call: PageCall) => Promise<Page> | Page): void {
  const { fresh, path: at } = typeof path === 'string' ? { fresh: undefined, path } : path
  app.get(at, async (request, reply) => {
    const principal = await loadPortalPrincipal(rooms, request)
    if (principal === undefined) return respondGoTo(reply, signInAddress(request))
    if (fresh === true && !isFresh(rooms, principal, timeToFillIn)) return respondGoTo(reply, verifyAddress(request.url))
    return respondPage(reply, await show(callOf(rooms, principal, request, reply, undefined)), principal)
  })
}

/** What a form sends: from the portal's own page, with its anti-CSRF value, and with the fields the schema names. */
export function takeForm<S extends z.ZodRawShape>(
  app: FastifyInstance,
  rooms: Rooms,
  path: string | FreshForm,
  fields: S,
  take: (call: PageCall<z.output<z.ZodObject<S>>>) => Promise<Page | GoTo> | Page | GoTo,
): void {
  const schema = z.strictObject({ csrf: z.string(), ...fields })
  const { freshFrom, path: at } = typeof path === 'string' ? { freshFrom: undefined, path } : path
  app.post(at, async (request, reply) => {
    checkOwnPage(rooms, request)
    const principal = await loadPortalPrincipal(rooms, request)
    if (principal === undefined) throw new RelayError('unauthenticated')
    checkCsrf((request.body as { csrf?: unknown } | undefined)?.csrf, principal.session.csrf)
    if (freshFrom !== undefined && !isFresh(rooms, principal)) return respondGoTo(reply, verifyAddress(freshFrom))
    const form = readForm(schema, request.body)
    const answer = await take(callOf(rooms, principal, request, reply, form as never))
    return 'goTo' in answer ? respondGoTo(reply, answer.goTo) : respondPage(reply, answer, principal)
  })
}

export function readForm<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body)
  if (!result.success) throw new RelayError('bad_request', { params: { problem: describeIssue(result.error) } })
  return result.data
}

export function respondPage(reply: FastifyReply, page: Page, principal: PortalPrincipal | undefined): FastifyReply {
  return reply
    .code(page.status ?? 200)
    .type('text/html; charset=utf-8')
    .send(layout(page, principal, principal === undefined ? 0 : reply.server.unreadNotices(principal.user.id)).text)
}

/** 303: the browser fetches it with GET (RFC 9110 section 15.4.4). */
export function respondGoTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.redirect(path, 303)
}

function verifyAddress(next: string): string {
  return `/verify?next=${encodeURIComponent(next)}`
}

function signInAddress({ url }: FastifyRequest): string {
  return url === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(url)}`
}

function callOf<F>(rooms: Rooms, principal: PortalPrincipal, request: FastifyRequest, reply: FastifyReply, form: F): PageCall<F> {
  const single = Object.entries(request.query as Record<string, unknown>).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return {
    rooms,
    principal,
    csrf: principal.session.csrf,
    params: request.params as Record<string, string>,
    query: Object.fromEntries(single),
    form,
    request,
    reply,
  }
}
