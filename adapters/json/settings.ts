import { z } from 'zod'
import { captchaHints } from '../captcha-hints.ts'
import type { JsonValue } from '../contract.ts'
import { headers, sources } from '../read-values.ts'
import { signs, wording, wordings } from '../signs.ts'
import { template } from '../transform/template.ts'

/** JSON whose texts may hold names and transforms in braces. */
type Body = string | number | boolean | null | Body[] | { [key: string]: Body }
const body: z.ZodType<Body> = z.lazy(() => z.union([template, z.number(), z.boolean(), z.null(), z.array(body), z.record(z.string(), body)]))
const bodyObject = z.record(z.string(), body)

const path = z.string().min(1)
export const jsonSettings = z.strictObject({
  url: template.describe('The address that a sign-in is sent to.'),
  send: z.enum(['json', 'form']).default('json').describe('As JSON, or as the fields of a form.'),
  body: bodyObject
    .default({ username: '{username}', password: '{password}' })
    .describe('What is sent. In braces: `username`, `password`, `code`, `captcha`, `captchaId`, what `read` names, and transforms of them.'),
  headers: headers.prefault({}).describe('Headers that go with it: texts with values in braces, or `{cookie: NAME}`.'),
  read: sources.prefault({}).describe('Values to read first: salts, keys, tokens against forged requests.'),
  page: z.boolean().default(false).describe('Open the login page first, for its cookies and for values that stand in it.'),
  captcha: z
    .strictObject({
      url: path.describe('The address of the image, or of JSON that holds it.'),
      image: z.string().optional().describe('The path in the JSON to the image in base64; default: the answer is the image.'),
      id: z.string().optional().describe('The path in the JSON to its id, which goes back as `captchaId`.'),
      enabled: z.string().optional().describe('The path in the JSON to what says whether it is asked for at all.'),
      ...captchaHints,
    })
    .optional()
    .describe('The captcha, where there is one.'),
  code: z
    .strictObject({
      when: wording.describe('Words of the answer that ask for a one-time code, or a regular expression between slashes.'),
      url: template.describe('Where the code is sent.'),
      body: bodyObject.default({ code: '{code}' }),
      read: sources.prefault({}).describe('Values of the answer that go along: a ticket.'),
    })
    .optional()
    .describe('The second step, where a code is asked for after the password. A stored authenticator key answers it, else the person.'),
  token: z
    .union([z.strictObject({ json: z.string() }), z.strictObject({ header: path })])
    .optional()
    .describe('Where the token stands in the answer; default: the usual places.'),
  attach: headers.optional().describe('Headers that carry the session; default: `Authorization: Bearer {token}` where there is a token.'),
  storage: z
    .array(z.strictObject({ area: z.enum(['local', 'session']).default('local'), key: path, value: z.string().default('{token}') }))
    .prefault([])
    .describe("What the site's scripts keep in the storage of its origin."),
  signs: signs.prefault({}).describe('Signs by which the answer is told, as the probe learns them.'),
  markers: z
    .strictObject({ captchaWrong: wordings.optional(), blocked: wordings.optional() })
    .prefault({})
    .describe('Texts of the answer that mean: captcha refused, blocked.'),
  check: path.optional().describe('An address that only the signed-in may see: it proves that the session is good.'),
  signOut: z
    .strictObject({ url: path, method: z.enum(['get', 'post']).default('post') })
    .optional()
    .describe('How the session is ended at the site.'),
  landing: path.optional().describe('Where a person lands after signing in.'),
})

export type JsonSettings = z.infer<typeof jsonSettings>
export type JsonBody = { readonly [key: string]: JsonValue }
