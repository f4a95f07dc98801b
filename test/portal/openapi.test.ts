import t from 'tap'
import { z } from 'zod'
import { apiRoutes } from '../../relay/portal/api/routes.ts'
import { startPortal } from './start-portal.ts'

interface Media {
  readonly schema?: { readonly examples?: readonly unknown[]; readonly type?: string }
  readonly example?: unknown
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly security?: readonly object[]
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: { readonly content: Record<string, Media> }
  readonly responses: Record<string, { readonly description: string; readonly content?: Record<string, Media> }>
}

interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
}

t.test('the OpenAPI document holds every route of the API and nothing else', async (t) => {
  const document = await fetchDocument(t)
  t.equal(document.openapi, '3.1.0')
  const documented = operations(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  const installed = apiRoutes.map(({ method, path }) => `${method} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`)
  t.same(documented.sort(), [...installed, 'GET /api/v1/openapi.json'].sort())
  const ids = operations(document).map(({ operation }) => operation.operationId)
  t.equal(new Set(ids).size, ids.length, 'each operation has a name of its own')
})

t.test('each operation says what it is for, what its path holds, and how it fails', async (t) => {
  for (const { method, path, operation } of operations(await fetchDocument(t))) {
    if (path.endsWith('/openapi.json')) continue
    t.ok(operation.summary.length > 5, `${method} ${path}: summary`)
    t.same(
      (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`),
      path.match(/\{\w+\}/g) ?? [],
      `${method} ${path}: parameters`,
    )
    t.ok(operation.responses.default?.content?.['application/problem+json'], `${method} ${path}: problem details`)
  }
})

t.test('every JSON body has an example, and every example is what its schema says', async (t) => {
  for (const { method, path, operation } of operations(await fetchDocument(t))) {
    if (path.endsWith('/openapi.json')) continue
    const bodies = [
      operation.requestBody?.content,
      ...Object.entries(operation.responses).map(([status, { content }]) => (status === 'default' ? undefined : content)),
    ]
    for (const media of bodies.map((content) => content?.['application/json']).filter((media) => media !== undefined)) {
      const examples = [media.example, ...(media.schema?.examples ?? [])].filter((example) => example !== undefined)
      t.ok(examples.length > 0, `${method} ${path}: has an example`)
      const schema = z.fromJSONSchema(media.schema as never)
      for (const example of examples) t.ok(schema.safeParse(example).success, `${method} ${path}: ${schema.safeParse(example).error}`)
    }
  }
})

t.test('the schemas of the document are those that requests are held to', async (t) => {
  const { portalUrl, adminToken } = await startPortal(t)
  const send = async (body: unknown) => {
    const answer = await fetch(`${portalUrl}/api/v1/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, ...((await answer.json()) as { code?: string; title?: string }) }
  }
  t.match(await send({ name: 'cid', password: 'long enough', role: 'admin' }), { status: 201, name: 'cid' })
  t.match(await send({ name: 'dan', password: 'long enough', roll: 'admin' }), { status: 400, code: 'bad_request', title: /not known/ })
  t.match(await send({ name: 'dan', password: 'long enough', role: 'king' }), { status: 400, code: 'bad_request', title: /role/ })
  t.match(await send({ name: 7, password: 'long enough' }), { status: 400, code: 'bad_request', title: /name/ })
  t.match(await send([]), { status: 400, code: 'bad_request' })
})

async function fetchDocument(t: Parameters<typeof startPortal>[0]): Promise<Document> {
  const { portalUrl } = await startPortal(t)
  return (await (await fetch(`${portalUrl}/api/v1/openapi.json`)).json()) as Document
}

function operations({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
}
