import { z } from 'zod'

/** How a target names an element of the page. */
export const targetKinds = ['css', 'id', 'name', 'xpath', 'text'] as const
/** What an expectation may name besides: a cookie that was set or changed, the path of the page that came. */
export const factKinds = ['cookie', 'path'] as const
/** What each step may be; exactly one of these. */
export const commands = ['open', 'fill', 'click', 'code', 'wait', 'expect'] as const
/** Placeholders that stand for the account's own; the settings of the site come beside them. */
export const accountNames = ['username', 'password', 'totp'] as const

const text = z.string().min(1).max(2000)
const targets = z.union([text, z.array(text).min(1).max(50)])

/** What an answer means, by what is found in it. Any one target of a list will do. */
const expectation = z.strictObject({
  'signed-in': targets.optional(),
  'wrong-password': targets.optional(),
  'wrong-captcha': targets.optional(),
  blocked: targets.optional(),
  challenge: targets.optional(),
})

const step = z.strictObject({
  open: text.optional().describe('An address, relative to the login address; or a target: a link or a frame. `{login}` is the login address.'),
  fill: text.optional().describe('A target: the field.'),
  with: z.string().max(2000).optional().describe('What goes into it: text with `{username}`, a setting, or a secret alone: `{password}`, `{totp}`.'),
  click: text.optional().describe('A target: a button, whose form is sent; a link; a box, which is ticked.'),
  code: text.optional().describe('A target: the field for a code that is read from an image, or asked of the person.'),
  image: text.optional().describe('A target: the image to read. Default: the first one of the form.'),
  from: z.enum(['image', 'person']).optional().describe('Where the code comes from. Default: the image.'),
  kind: z.enum(['text', 'arithmetic', 'chinese', 'auto']).optional().describe('What the image shows.'),
  question: z.string().max(300).optional().describe('What the person is asked.'),
  wait: z
    .union([z.number().min(0).max(60), text])
    .optional()
    .describe('Seconds; or a target: the page is loaded again until it is there.'),
  expect: expectation.optional().describe('What must be there now; or what an answer means, by what is found in it.'),
})

/** A list of steps, as its file has it once `expect: TARGET` is written out. */
export const stepsSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and hyphens'),
  api: z.int().describe('The version of the adapter API it is written for: 1.'),
  description: text.max(500),
  settings: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/, 'must be a word'), text)
    .default({})
    .describe('What a site of this kind must say: a name, and what it means.'),
  steps: z.array(step).min(1).max(200),
  landing: z.string().startsWith('/', 'must begin with a slash').optional().describe('Where a person lands after signing in.'),
  signOut: text.optional().describe('An address or a target on the landing page that signs out.'),
  signedOut: z
    .strictObject({
      status: z.array(z.int().min(100).max(599)).exactOptional(),
      redirectTo: z.array(z.string().startsWith('/')).exactOptional(),
      removedCookies: z.array(z.string()).exactOptional(),
    })
    .default({})
    .describe('What in an answer means that the session has ended. Default: a 401, or a redirect to the login page.'),
})

export type Steps = z.output<typeof stepsSchema>
export type Step = Steps['steps'][number]
export type Expectation = z.output<typeof expectation>

/** The parts of a text with placeholders: what stands as it is, and the names in braces. */
export function placeholders(given: string): readonly Part[] {
  const parts = given.split(/(\{[A-Za-z][A-Za-z0-9]*\})/).filter((part) => part !== '')
  return parts.map((part): Part => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : { text: part }))
}

type Part = { readonly text: string } | { readonly name: string }

/** Does it name an element, rather than an address? */
export function isTarget(given: string): boolean {
  return new RegExp(`^(?:${targetKinds.join('|')})=`).test(given)
}
