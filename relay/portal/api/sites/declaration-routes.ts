import { z } from 'zod'
import type { FoundDeclaration, Reloaded } from '../../../accounts/index.ts'
import type { RelayError } from '../../../errors.ts'
import type { Rooms } from '../../rooms.ts'
import { idParams } from '../fields.ts'
import { route } from '../route.ts'
import { declarationAnswer, reloadAnswer } from './site-fields.ts'

const wantedReload = z
  .strictObject({
    site: z.string().min(1).max(100).optional().meta({ description: 'Only this one.' }),
    digest: z.string().max(100).optional().meta({ description: 'Yes to what this content of the file widens.' }),
    yes: z.boolean().optional().meta({ description: 'Yes to whatever any file widens.' }),
  })
  .nullish()
  .meta({ examples: [{}] })

const wantedText = z
  .strictObject({
    text: z.string().min(1).max(400_000),
    yes: z.boolean().optional().meta({ description: 'Also where it lets secrets go further than before.' }),
  })
  .meta({ examples: [{ text: 'login: https://erp.example.com/login\norigins: [https://erp.example.com]\nnetworks: [public]\n' }] })

/** The files that say what the sites are. For who runs the relay. */
export const declarationRoutes = [
  route({
    method: 'GET',
    path: '/declarations',
    summary: 'List the declarations of the sites and how each stands to what is enrolled',
    access: 'operator',
    answer: z.array(declarationAnswer.omit({ text: true })).meta({
      examples: [[{ site: 'erp', file: '/var/lib/login-relay/sites/erp.yaml', declared: 'same' as const, changes: [], widens: [] }]],
    }),
    handle: async ({ rooms }) => (await rooms.declarations.list()).map(view),
  }),
  route({
    method: 'GET',
    path: '/declarations/:id',
    summary: 'The declaration of a site',
    access: 'operator',
    params: idParams,
    answer: declarationAnswer,
    handle: ({ rooms, params }) => whole(rooms, params.id),
  }),
  route({
    method: 'POST',
    path: '/declarations/:id',
    summary: 'Write the declaration of a site and take it over',
    access: 'operator',
    fresh: true,
    params: idParams,
    body: wantedText,
    answer: declarationAnswer,
    handle: async ({ rooms, params, body }) => {
      await rooms.declarations.save(params.id, body.text, { yes: body.yes === true })
      return whole(rooms, params.id)
    },
  }),
  route({
    method: 'POST',
    path: '/sites/reload',
    summary: 'Take over what was changed in the declarations; what lets secrets go further waits for a yes',
    access: 'operator',
    fresh: true,
    body: wantedReload,
    answer: reloadAnswer,
    handle: async ({ rooms, body }) => (await rooms.declarations.reload(optionsOf(body))).map(reloadView),
  }),
]

async function whole(rooms: Rooms, id: string) {
  const text = await rooms.declarations.text(id)
  return { ...view(await rooms.declarations.look(id)), text }
}

function view({ site, file, declared }: FoundDeclaration) {
  const plain = { site, file, changes: [], widens: [] }
  switch (declared.state) {
    case 'same':
    case 'missing':
      return { ...plain, declared: declared.state }
    case 'invalid':
      return { ...plain, declared: declared.state, problem: declared.error.message }
    case 'changed': {
      const { changes, widens, digest } = declared
      return { ...plain, declared: widens.length > 0 ? ('waits' as const) : ('changed' as const), changes, widens, digest }
    }
  }
}

function reloadView(result: Reloaded) {
  if (result.did !== 'refused') return result
  return { site: result.site, did: result.did, problem: inShort(result.error) }
}

function inShort({ code, message, next }: RelayError) {
  return { code, text: message, next }
}

function optionsOf(body: z.output<typeof wantedReload>) {
  const { site, digest, yes } = body ?? {}
  return { ...(site === undefined ? {} : { site }), ...(digest === undefined ? {} : { digest }), ...(yes === undefined ? {} : { yes }) }
}
