import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RelayError } from '../../errors.ts'
import type { Principal } from '../../identity/index.ts'
import { type Access, checkAccess, checkFresh, checkNotPaired } from '../access.ts'
import { checkCsrf, checkOwnPage, isSafe, loadPrincipal } from '../caller/identify.ts'
import type { Rooms } from '../rooms.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it; assigned before the body is read. */
    principal: Principal | undefined
  }
}

/** An answer that is not JSON. */
export interface MediaAnswer {
  readonly type: string
  readonly description: string
}

export interface Call<P, Q, B, W> {
  readonly rooms: Rooms
  readonly principal: W
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined
type Given<S> = S extends z.ZodType ? DeepReadonly<z.input<S>> : unknown
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/** One route of the API: what it takes, what it answers, who may call it, what it does. The OpenAPI document is made from the same. */
export interface RouteDefinition<P, Q, B, A, G extends Access> {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below /api/v1. */
  readonly path: `/${string}`
  readonly summary: string
  readonly access: G
  /** Only for who has proved within the last minutes that it is he (`checkFresh`). */
  readonly fresh?: true
  /** A paired terminal may call it too: it opens its accounts, and is nobody to every other route. */
  readonly paired?: true
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** A schema for JSON, checked before it is sent; undefined: no content. */
  readonly answer?: A
  readonly status?: 200 | 201
  readonly handle: (call: Call<Output<P>, Output<Q>, Output<B>, G extends 'anyone' ? Principal | undefined : Principal>) => Promise<Given<A>> | Given<A>
}

// biome-ignore lint/suspicious/noExplicitAny: a table of routes holds each with its own types, checked where it is defined
export type ApiRoute = RouteDefinition<any, any, any, any, any>

export function route<const P, const Q, const B, const A, const G extends Access>(definition: RouteDefinition<P, Q, B, A, G>): ApiRoute {
  return definition
}

/** Installs a route: who asks and whether he may comes before the body is read. */
export function install(app: FastifyInstance, rooms: Rooms, definition: ApiRoute): void {
  const { method, path, access, fresh, paired, params, query, body, answer, status = 200, handle } = definition
  const schemas: Record<string, z.ZodType | undefined> = { params, querystring: query, body }
  app.route({
    method,
    url: path,
    schema: documentOf(definition),
    validatorCompiler: ({ httpPart }) => checker(schemas[httpPart ?? '']),
    serializerCompiler: () => (data) => JSON.stringify(answer instanceof z.ZodType ? answer.parse(data) : data),
    onRequest: async (request) => {
      request.principal = await loadPrincipal(rooms, request)
      checkAccess(access, request.principal)
      if (paired !== true && access !== 'anyone') checkNotPaired(request.principal)
      if (request.principal?.kind !== 'portal' || isSafe(request.method)) return
      checkOwnPage(rooms, request)
      checkCsrf(request.headers['x-csrf-token'], request.principal.session.csrf)
      if (fresh) checkFresh(rooms, request.principal)
    },
    handler: async (request, reply) => {
      const given = { params: request.params, query: request.query, body: request.body }
      const result = await handle({ rooms, principal: request.principal, request, reply, ...given })
      if (answer === undefined) return reply.code(204).send()
      if (answer instanceof z.ZodType) return reply.code(status).send(result)
      if (!reply.hasHeader('content-type')) reply.type((answer as MediaAnswer).type)
      return reply.send(result)
    },
  })
}

function checker(schema: z.ZodType | undefined) {
  return (data: unknown) => {
    const result = schema?.safeParse(data ?? undefined)
    if (result === undefined) return { value: data }
    return result.success ? { value: result.data } : { error: new RelayError('bad_request', { params: { problem: describeIssue(result.error) } }) }
  }
}

/** The first thing that does not fit: its key and the rule. Never the value, nor a key that is not ours. */
export function describeIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'it does not fit'
  const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `
  return `${where}${issue.code === 'unrecognized_keys' ? 'a key that is not known' : lowerFirst(issue.message)}`
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

/** The route's schemas as JSON Schema, for the OpenAPI document. */
function documentOf({ method, path, summary, access, params, query, body, answer, status = 200 }: ApiRoute) {
  const json = (schema: z.ZodType, io: 'input' | 'output') => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io })
    return rest
  }
  const content = (media: MediaAnswer) => ({ description: media.description, content: { [media.type]: { schema: { type: 'string' } } } })
  const problem = { description: 'Problem details (RFC 9457).', content: { 'application/problem+json': { schema: json(problemSchema, 'output') } } }
  const success =
    answer === undefined
      ? { 204: { type: 'null', description: 'Done.' } }
      : { [status]: answer instanceof z.ZodType ? { description: 'Done.', ...json(answer, 'output') } : content(answer as MediaAnswer) }
  return {
    operationId: operationName(method, path),
    summary,
    ...(access === 'anyone' ? { security: [] } : {}),
    ...(params === undefined ? {} : { params: json(params, 'input') }),
    ...(query === undefined ? {} : { querystring: json(query, 'input') }),
    ...(body === undefined ? {} : { body: json(body, 'input') }),
    response: { ...success, default: problem },
  }
}

function operationName(method: string, path: string): string {
  return `${method.toLowerCase()}${path.replace(/[^a-z]+([a-z])?/gi, (_, letter: string | undefined) => (letter ?? '').toUpperCase())}`
}

const problemSchema = z.object({ type: z.string(), title: z.string(), status: z.int(), code: z.string(), next: z.string(), url: z.string().optional() })
