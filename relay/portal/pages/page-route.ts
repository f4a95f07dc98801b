import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RelayError } from '../../errors.ts'
import { describeIssue } from '../api/route.ts'
import { checkCsrf, checkOwnPage, loadPortalPrincipal, type PortalPrincipal } from '../identify.ts'
import type { Rooms } from '../rooms.ts'
import { layout, type Page } from './layout.ts'

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

/** A page for the signed-in; others are led to the sign-in page and back. */
export function showPage(app: FastifyInstance, rooms: Rooms, path: string, show: (call: PageCall) => Promise<Page> | Page): void {
  app.get(path, async (request, reply) => {
    const principal = await loadPortalPrincipal(rooms, request)
    if (principal === undefined) return respondGoTo(reply, signInAddress(request))
    return respondPage(reply, await show(callOf(rooms, principal, request, reply, undefined)), principal)
  })
}

/** What a form sends: from the portal's own page, with its anti-CSRF value, and with the fields the schema names. */
export function takeForm<S extends z.ZodRawShape>(
  app: FastifyInstance,
  rooms: Rooms,
  path: string,
  fields: S,
  take: (call: PageCall<z.output<z.ZodObject<S>>>) => Promise<Page | GoTo> | Page | GoTo,
): void {
  const schema = z.strictObject({ csrf: z.string(), ...fields })
  app.post(path, async (request, reply) => {
    checkOwnPage(rooms, request)
    const principal = await loadPortalPrincipal(rooms, request)
    if (principal === undefined) throw new RelayError('unauthenticated')
    checkCsrf((request.body as { csrf?: unknown } | undefined)?.csrf, principal.session.csrf)
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
    .send(layout(page, principal).text)
}

/** 303: the browser fetches it with GET (RFC 9110 section 15.4.4). */
export function respondGoTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.redirect(path, 303)
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
