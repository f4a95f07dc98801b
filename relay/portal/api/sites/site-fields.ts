import { z } from 'zod'
import { time } from '../fields.ts'

/** What the routes of sites take and give. */

const delivery = z.enum(['attach', 'handoff'])
const declared = z
  .enum(['same', 'changed', 'waits', 'invalid', 'missing'])
  .meta({ description: 'How its file stands to what is enrolled; `waits`: it would let secrets go further, and nobody has said yes.' })

export const siteAnswer = z.object({
  id: z.string(),
  origins: z.array(z.string()),
  loginUrl: z.string(),
  landingUrl: z.string().optional(),
  adapter: z.string(),
  delivery,
  privateCa: z.boolean(),
  endpoints: z
    .array(
      z.object({
        address: z.string(),
        clients: z.array(z.string()).optional(),
        state: z.enum(['up', 'down', 'unknown']).meta({ description: '`unknown`: nobody has used the site of late.' }),
        milliseconds: z.number().optional().meta({ description: 'Of a check, smoothed.' }),
        problem: z.string().optional(),
      }),
    )
    .optional()
    .meta({ description: 'Servers behind the name of the site; only for who runs the relay.' }),
  createdAt: time,
})

export const example = {
  id: 'erp',
  origins: ['https://erp.example.com'],
  loginUrl: 'https://erp.example.com/login',
  adapter: 'form',
  delivery: 'attach' as const,
  privateCa: false,
  createdAt: 1_760_000_000_000,
}

export const wantedSite = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2000),
    id: z.string().min(1).max(63).optional(),
    adapter: z.string().min(1).max(63).optional(),
    ca: z.string().max(100_000).optional().meta({ description: 'PEM of a private CA that vouches for the site.' }),
    delivery: delivery.optional(),
    settings: z.record(z.string(), z.unknown()).optional().meta({ description: "The adapter's own settings." }),
    origins: z.array(z.string().max(2000)).max(32).optional().meta({ description: 'The origins that somebody was shown: others are refused (`site_widens`).' }),
  })
  .meta({ examples: [{ url: 'https://erp.example.com/login', id: 'erp' }] })

const reportFields = {
  ok: z.boolean(),
  loginUrl: z.string(),
  origins: z.array(z.string()),
  adapter: z.string(),
  settings: z.record(z.string(), z.unknown()),
  networks: z.array(z.enum(['public', 'private', 'loopback'])),
  found: z.array(z.string()),
  denyPaths: z.array(z.string()).optional().meta({ description: 'Paths that borrowed accounts should be kept off.' }),
  problem: z.object({ code: z.string(), text: z.string(), next: z.string() }).optional(),
}

const reportExample = {
  ok: true,
  loginUrl: 'https://erp.example.com/login',
  origins: ['https://erp.example.com'],
  adapter: 'form',
  settings: { form: 'login', fields: { user: 'user', password: 'pass' } },
  networks: ['public' as const],
  found: ['a sign-in form at /login: user name field `user`, password field `pass`'],
}

export const report = z.object(reportFields).meta({ examples: [reportExample] })

export const checkAnswer = z
  .object({
    ...reportFields,
    changes: z.array(z.string()).meta({ description: 'What has changed at the site since its declaration was written.' }),
    update: z
      .object({ changes: z.array(z.string()), widens: z.array(z.string()) })
      .optional()
      .meta({ description: 'What taking it over would change of the declaration.' }),
    updated: z.boolean(),
  })
  .meta({ examples: [{ ...reportExample, changes: ['the password field is `pw` now; it was `pass`'], updated: false }] })

export const declarationAnswer = z
  .object({
    site: z.string(),
    file: z.string(),
    text: z.string(),
    declared,
    changes: z.array(z.string()),
    widens: z.array(z.string()),
    digest: z.string().optional().meta({ description: 'Of the file as it was read: sent back, it says yes to this very content.' }),
    problem: z.string().optional(),
  })
  .meta({
    examples: [
      {
        site: 'erp',
        file: '/var/lib/login-relay/sites/erp.yaml',
        text: 'login: https://erp.example.com/login\n',
        declared: 'same' as const,
        changes: [],
        widens: [],
      },
    ],
  })

export const reloadAnswer = z
  .array(
    z.object({
      site: z.string(),
      did: z.enum(['taken-over', 'waits', 'refused', 'written']),
      changes: z.array(z.string()).optional(),
      widens: z.array(z.string()).optional(),
      digest: z.string().optional(),
      problem: z.object({ code: z.string(), text: z.string(), next: z.string() }).optional(),
    }),
  )
  .meta({ examples: [[{ site: 'erp', did: 'taken-over' as const, changes: ['the setting `fields` is another'] }]] })

export const learnAnswer = z
  .object({
    success: z.array(z.string()),
    denied: z.array(z.string()),
    byProtocol: z.boolean(),
    ownCheck: z.boolean().meta({ description: 'The adapter asks an address that only the signed-in may see.' }),
    written: z.boolean(),
    refusalSeen: z.boolean(),
  })
  .meta({
    examples: [
      { success: ['the text "Sign out"'], denied: ['the text "Invalid credentials"'], byProtocol: false, ownCheck: false, written: true, refusalSeen: true },
    ],
  })
