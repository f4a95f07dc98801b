import type { CharacterClass, PasswordRules } from '../../relay/accounts/index.ts'
import type { Page, SignInContext } from '../contract.ts'
import { findChangePage } from './change/find-change-page.ts'
import { findRegisterPage } from './register/find-register-page.ts'
import type { FormSettings } from './settings.ts'

/** What the settings say of a new password; what they leave open, the form's own attributes do. */
export async function passwordRules(
  context: Pick<SignInContext<FormSettings>, 'browser' | 'site' | 'settings'>,
  of: 'change' | 'registration',
): Promise<PasswordRules> {
  const [page, field] = of === 'change' ? await changed(context) : await registered(context)
  return { ...rulesOfField(page, field), ...withoutUndefined(context.settings.passwordRules ?? {}) }
}

type Context = Parameters<typeof passwordRules>[0]

async function changed(context: Context): Promise<[Page, string]> {
  const { page, found } = await findChangePage(context)
  return [page, found.next]
}

async function registered(context: Context): Promise<[Page, string]> {
  const { page, found } = await findRegisterPage(context)
  return [page, found.password]
}

/** Characters of `passwordrules` that are read. */
const longestRules = 1000

/** By `minlength`, `maxlength` and `passwordrules` of the field. */
function rulesOfField(page: Page, name: string): PasswordRules {
  const field = page.query('input').find((element) => element.attribute('name') === name)
  const [min, max] = ['minlength', 'maxlength'].map((attribute) => positive(field?.attribute(attribute)))
  const said = parsePasswordRules(field?.attribute('passwordrules')?.slice(0, longestRules) ?? '')
  return withoutUndefined({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }), ...said })
}

/**
 * The `passwordrules` attribute (Apple, "Customizing Password AutoFill Rules"): `minlength: 12; required: lower; allowed: [-_.];
 * max-consecutive: 2`. What is not understood is left out.
 */
function parsePasswordRules(text: string): PasswordRules {
  const rules: { min?: number; max?: number; repeats?: number } = {}
  const classes = new Set<CharacterClass>()
  let symbols = ''
  // A class in brackets may hold semicolons.
  for (const [, key = '', value = ''] of text.matchAll(/([a-z-]+)\s*:\s*((?:\[[^\]]*\]+|[^;[])*)/gi)) {
    const number = positive(value.trim())
    switch (key.toLowerCase()) {
      case 'minlength':
        if (number !== undefined) rules.min = number
        break
      case 'maxlength':
        if (number !== undefined) rules.max = number
        break
      case 'max-consecutive':
        if (number !== undefined) rules.repeats = number
        break
      case 'required':
      case 'allowed':
        symbols += addClasses(value, classes)
    }
  }
  return { ...rules, ...(classes.size === 0 ? {} : { classes: [...classes] }), ...(symbols === '' ? {} : { symbols }) }
}

/** Gives the symbols that a class in brackets names. */
function addClasses(value: string, classes: Set<CharacterClass>): string {
  let symbols = ''
  for (const [one] of value.matchAll(/\[[^\]]*\]+|[a-z-]+/gi)) {
    const name = one.toLowerCase()
    if (name === 'lower' || name === 'upper' || name === 'digit') classes.add(name)
    else if (name === 'special' || name === 'ascii-printable' || name === 'unicode') classes.add('symbol')
    else if (one.startsWith('[')) symbols += [...one.slice(1, -1)].filter((character) => /[!-/:-@[-`{-~]/.test(character)).join('')
    if (name === 'ascii-printable' || name === 'unicode') for (const each of ['lower', 'upper', 'digit'] as const) classes.add(each)
  }
  if (symbols !== '') classes.add('symbol')
  return symbols
}

function positive(text = ''): number | undefined {
  return /^\d{1,4}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}

function withoutUndefined(rules: { readonly [key in keyof PasswordRules]?: PasswordRules[key] | undefined }): PasswordRules {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined))
}
