import { z } from 'zod'
import { captchaHints } from '../captcha-hints.ts'
import { headers, sources } from '../read-values.ts'
import { signs, wording, wordings } from '../signs.ts'
import { expression, template } from '../transform/template.ts'

/** All are optional: the `form` adapter works from the login address alone in the common case. */
export const formSettings = z.strictObject({
  form: z.string().min(1).optional().describe('The id or name of the sign-in form, where a page has several.'),
  fields: z
    .strictObject({
      user: z.string().min(1).optional(),
      password: z.string().min(1).optional(),
      captcha: z.string().min(1).optional(),
      code: z.string().min(1).optional(),
    })
    .prefault({})
    .describe('Names of the fields for user name, password, captcha answer and one-time code.'),
  captchaImage: z.string().min(1).optional().describe('The captcha image: `tag`, `#id`, `.class` or `[name=value]`.'),
  captcha: z
    .strictObject({
      ...captchaHints,
    })
    .optional()
    .describe('What is known of the captcha.'),
  values: z
    .record(z.string(), template)
    .prefault({})
    .describe('Further fields and what goes into them: a company, a language. In braces: `username`, `password`, what `read` names, and transforms of them.'),
  transform: expression.optional().describe("What the page's script makes of the password before it is sent: `md5(md5(password) + salt)`."),
  read: sources.prefault({}).describe('Values that transforms and headers name: a salt, a public key, a token against forged requests.'),
  headers: headers.prefault({}).describe("Headers that the page's script adds: texts with values in braces, or `{cookie: NAME}`."),
  goOn: z
    .array(z.strictObject({ text: wording, press: z.string().min(1) }))
    .prefault([])
    .describe('Pages in between: by their words, and which button or link leads on (its name, id or label).'),
  submit: z.string().min(1).optional().describe('The name of the button to press; default: the first.'),
  steps: z.enum(['auto', 'two']).default('auto').describe('`two`: the user name comes first even where a password field is on the page.'),
  markers: z
    .strictObject({ success: wordings.optional(), failure: wordings.optional(), captchaWrong: wordings.optional(), blocked: wordings.optional() })
    .prefault({})
    .describe('Texts by which the answer is told: signed in, password refused, captcha refused, blocked.'),
  signs: signs.prefault({}).describe('Signs by which the answer is told, as the probe learns them.'),
  pageForm: z
    .strictObject({ action: z.string().min(1), field: z.string().min(1) })
    .optional()
    .describe('Where the page itself sends the password, and in which field: for signing in on the page with a placeholder.'),
  changePassword: z.string().min(1).optional().describe('The page where a signed-in person changes the password: a path or an address.'),
  changeFields: z
    .strictObject({ old: z.string().min(1).optional(), new: z.string().min(1).optional(), repeat: z.string().min(1).optional() })
    .prefault({})
    .describe('Names of the fields of that form: for the present password, the new one, the new one again.'),
  passwordRules: z
    .strictObject({
      min: z.int().min(1).max(256).optional(),
      max: z.int().min(1).optional(),
      classes: z
        .array(z.enum(['lower', 'upper', 'digit', 'symbol']))
        .min(1)
        .optional(),
      symbols: z.string().min(1).optional(),
      repeats: z.int().min(1).optional(),
    })
    .optional()
    .describe('What the site asks of a new password: its length, the kinds of characters, the symbols, how often one may stand in a row.'),
  registration: z
    .strictObject({
      page: z.string().min(1).optional(),
      fields: z.strictObject({ user: z.string().min(1).optional(), password: z.string().min(1).optional(), repeat: z.string().min(1).optional() }).prefault({}),
    })
    .optional()
    .describe('Where people register, a path or an address, and the names of the fields: for the user name, the password, the password again.'),
  landing: z.string().min(1).optional().describe('Where a person lands after signing in: a path or an address.'),
})

export type FormSettings = z.infer<typeof formSettings>

export { wordingPattern as markerPattern } from '../signs.ts'
