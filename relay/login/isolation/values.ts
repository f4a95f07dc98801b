import { z } from 'zod'
import type { Form, JsonValue, Page, SessionToken } from '../../../adapters/index.ts'
import { type Derivation, operations } from '../../outbound/index.ts'
import { Secret } from '../../vault/index.ts'

/**
 * The shapes of what an adapter's process may send, once its handles are the relay's own objects again. A handle is looked up in the
 * call's own table, so an object of these kinds is one that this very call was given.
 */

/** An object that stood for a handle. Nothing that comes as JSON is one. */
export const revived = new WeakSet<object>()

const secret = z.instanceof(Secret)
const token = held<SessionToken>('a token of a page')
export const page = held<Page>('a page')
export const form = held<Form>('a form')
export const url = z.instanceof(URL)
export const address = z.union([url, z.string().max(8192)])
export const bytes = z.instanceof(Buffer)

const name = z.string().max(1000)
const text = z.string().max(1_000_000)
const derivation: z.ZodType<Derivation> = z.lazy(() =>
  z.discriminatedUnion('is', [
    z.strictObject({ is: z.literal('secret') }),
    z.strictObject({ is: z.literal('text'), text }),
    z.strictObject({ is: z.literal('joined'), of: z.array(derivation).max(50) }),
    z.strictObject({
      is: z.literal('made'),
      by: z.enum(Object.keys(operations) as (keyof typeof operations)[]),
      of: z.array(derivation).max(10),
      as: z.enum(['hex', 'HEX', 'base64', 'base64url', 'text', 'bytes']),
    }),
  ]),
)
export const value = z.union([text, secret, z.strictObject({ secret, derivation })])

const json: z.ZodType<JsonValue> = z.lazy(() => z.union([value, z.number(), z.boolean(), z.null(), z.array(json), z.record(name, json)]))
export const jsonObject = z.record(name, json)
export const fields = z.record(name, value)

const prefixedToken = z.strictObject({ prefix: z.string().max(100), token })
/** RFC 9110 section 5.5: no control characters; section 5.1: names are tokens. */
const headerText = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/)
const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,200}$/)
const cookie = z.strictObject({ cookie: name })
const credentials = z.union([
  headerText,
  cookie,
  z.strictObject({ basic: z.strictObject({ username: text, password: secret }) }),
  z.strictObject({ digest: z.strictObject({ username: text, password: secret, challenge: z.string().max(8192) }) }),
])
const headers = z.record(headerName, z.union([headerText, cookie, prefixedToken]))
export const requestOptions = z.strictObject({ headers: headers.optional(), data: z.literal(true).optional() })
export const openOptions = requestOptions.extend({ authorization: credentials.optional() })
export const submitOptions = z.strictObject({ headers: headers.optional() })
export const tokenPlace = z.union([z.strictObject({ json: name }), z.strictObject({ header: name })])

export const captchaHints = z.strictObject({
  kind: z.enum(['text', 'arithmetic', 'chinese', 'auto']).optional(),
  alphabet: z.string().max(10_000).optional(),
  length: z.union([z.int().min(1).max(50), z.tuple([z.int().min(1), z.int().max(50)])]).optional(),
  caseSensitive: z.boolean().optional(),
})
export const challenge = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('captcha'), image: bytes, hint: z.string().max(500) }),
  z.strictObject({ kind: z.enum(['code', 'question']), question: z.string().max(500) }),
])
export const stepName = z.enum(['page', 'form', 'captcha', 'send', 'answer', 'evidence', 'ask', 'done', 'failed'])

const line = z.string().max(4000)
const origin = z.string().max(300)
const signInResult = z.strictObject({
  landingUrl: url.exactOptional(),
  headers: z
    .array(z.strictObject({ name: headerName, value: z.union([credentials, prefixedToken]), origins: z.array(origin).max(50).exactOptional() }))
    .max(50)
    .exactOptional(),
  storage: z
    .array(
      z.strictObject({
        origin,
        area: z.enum(['local', 'session']),
        key: name,
        value: z.union([text, z.strictObject({ template: text, token }), token]),
      }),
    )
    .max(200)
    .exactOptional(),
  evidence: z.array(line).max(50),
})

const parts = z.strictObject({
  form,
  user: name.exactOptional(),
  password: name.exactOptional(),
  captcha: name.exactOptional(),
  hasCaptchaImage: z.boolean(),
  code: name.exactOptional(),
  remember: z.array(name),
  consent: z.array(name),
  csrf: z.array(name),
  hidden: z.array(name),
})
const look = z.strictObject({
  fits: z.boolean(),
  found: z.array(line).max(50),
  loginUrl: url.exactOptional(),
  origins: z.array(origin).max(50).exactOptional(),
  problem: z.enum(['wrong-password', 'wrong-captcha', 'site-down', 'form-not-found', 'blocked', 'challenge', 'unknown']).exactOptional(),
  page: page.exactOptional(),
  parts: parts.exactOptional(),
  settings: z.record(name, z.unknown()).exactOptional(),
})

/** What each hook gives. */
export const results = {
  signIn: signInResult,
  isSignedIn: z.boolean(),
  signOut: z.boolean(),
  look,
  detect: z.number().min(0).max(1),
  passwordRules: z.strictObject({
    min: z.int().exactOptional(),
    max: z.int().exactOptional(),
    classes: z
      .array(z.enum(['lower', 'upper', 'digit', 'symbol']))
      .max(4)
      .exactOptional(),
    symbols: z.string().max(100).exactOptional(),
    repeats: z.int().exactOptional(),
  }),
  changePassword: z.undefined(),
  register: z.strictObject({ waitsFor: line.exactOptional() }),
} as const

function held<T extends object>(what: string): z.ZodType<T> {
  return z.custom<T>((given) => typeof given === 'object' && given !== null && revived.has(given), `must be ${what}`)
}
