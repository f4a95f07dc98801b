import { z } from 'zod'
import { signs, wording } from '../signs.ts'

const markers = z.union([wording, z.array(wording)]).transform((given) => [given].flat())

/** All are optional: the `form` adapter works from the login address alone in the common case. */
export const formSettings = z.strictObject({
  form: z.string().min(1).optional().describe('The id or name of the sign-in form, where a page has several.'),
  fields: z
    .strictObject({
      user: z.string().min(1).optional(),
      password: z.string().min(1).optional(),
      captcha: z.string().min(1).optional(),
    })
    .prefault({})
    .describe('Names of the fields for user name, password and captcha answer.'),
  captchaImage: z.string().min(1).optional().describe('The captcha image: `tag`, `#id`, `.class` or `[name=value]`.'),
  captcha: z
    .strictObject({
      kind: z.enum(['text', 'arithmetic', 'chinese', 'auto']).optional(),
      alphabet: z.string().min(1).optional(),
      length: z.union([z.int().min(1), z.tuple([z.int().min(1), z.int().min(1)])]).optional(),
      caseSensitive: z.boolean().optional(),
    })
    .optional()
    .describe('What is known of the captcha.'),
  values: z.record(z.string(), z.string()).prefault({}).describe('Further fields and what goes into them: a company, a language.'),
  submit: z.string().min(1).optional().describe('The name of the button to press; default: the first.'),
  steps: z.enum(['auto', 'two']).default('auto').describe('`two`: the user name comes first even where a password field is on the page.'),
  markers: z
    .strictObject({ success: markers.optional(), failure: markers.optional(), captchaWrong: markers.optional(), blocked: markers.optional() })
    .prefault({})
    .describe('Texts by which the answer is told: signed in, password refused, captcha refused, blocked.'),
  signs: signs.prefault({}).describe('Signs by which the answer is told, as the probe learns them.'),
  landing: z.string().min(1).optional().describe('Where a person lands after signing in: a path or an address.'),
})

export type FormSettings = z.infer<typeof formSettings>

export { wordingPattern as markerPattern } from '../signs.ts'
