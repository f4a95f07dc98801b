import { type Form, type HeaderValue, type Page, type SignInContext, SignInFailure, type Value } from '../../contract.ts'
import { fillHeaders, readingWith, readValues } from '../../read-values.ts'
import { fillTemplate, namesOf } from '../../transform/template.ts'
import { type Names, transform } from '../../transform/transform.ts'
import { textFields } from '../fields/find-fields.ts'
import type { SignInForm } from '../fields/find-form.ts'
import type { FormSettings } from '../settings.ts'
import { mentions, oneTimeCodeWords, rememberWords } from '../words.ts'
import { scriptedIn, scriptedInWords } from './page-script.ts'

/** A form that is ready to be sent, and the headers that go with it. */
export interface FilledForm {
  readonly form: Form
  readonly headers: Readonly<Record<string, HeaderValue>>
}

/** Fills in what the form asks for: user name, password as a handle, captcha, one-time code, the settings' further values. */
export async function fillIn(page: Page, found: SignInForm, context: SignInContext<FormSettings>): Promise<FilledForm> {
  const { settings, username } = context
  checkFields(found)
  let form = tickBoxes(page, found.form)
  const names = await readNames(page, found, context)
  if (found.user !== undefined) form = form.fill(found.user, username)
  if (found.captcha !== undefined) form = form.fill(found.captcha, await captchaAnswer(found, context))
  const code = await codeFor(found, context)
  if (code !== undefined) form = form.fill(code.field, code.value)
  for (const [name, value] of valuesFor(found, settings)) form = setValue(form, name, fillTemplate(value, names))
  if (found.password !== undefined && !isInValues(settings)) form = form.fill(found.password, passwordValue(page, context, names))
  return { form, headers: fillHeaders(settings.headers, names) }
}

/** What transforms and templates may name. Values are read when the password is about to be sent: a nonce is good once. */
async function readNames(page: Page, found: SignInForm, { browser, settings, username, secrets }: SignInContext<FormSettings>): Promise<Names> {
  const names: Names = { username, password: secrets.password }
  if (found.password === undefined) return names
  return { ...names, ...(await readValues(settings.read, page, names, readingWith(browser, page.url))) }
}

function passwordValue(page: Page, { settings, secrets: { password }, step }: SignInContext<FormSettings>, names: Names): Value {
  if (password === undefined) throw new SignInFailure('unknown', ['the account has no password'])
  if (settings.transform !== undefined) return transform(settings.transform, names)
  const scripted = scriptedIn(page, settings)
  if (scripted !== undefined) step('form', scriptedInWords(scripted))
  return scripted?.is === 'known' ? transform(scripted.transform, names) : password
}

/** The page's script puts what it makes of the password into a field of its own, and empties the one it was typed into. */
function isInValues({ values }: FormSettings): boolean {
  return Object.values(values).some((value) => namesOf(value).includes('password'))
}

/** Of two pages the first has the user name alone: what belongs to the password is for the second. */
function valuesFor(found: SignInForm, { values }: FormSettings): [string, string][] {
  const all = Object.entries(values)
  return found.password === undefined ? all.filter(([name, value]) => hasField(found.form, name) && !namesOf(value).includes('password')) : all
}

/** A field for a one-time code beside the password. It may stay empty where nobody says that it must not. */
async function codeFor({ form, user, password, captcha }: SignInForm, { settings, secrets, ask }: SignInContext<FormSettings>) {
  if (password === undefined) return undefined
  const declared = settings.fields.code
  const found = textFields(form).find(({ name, id, label, autocomplete }) => {
    if (name === user || name === captcha) return false
    return name === declared || (declared === undefined && (autocomplete === 'one-time-code' || mentions(oneTimeCodeWords, name, id, label)))
  })
  if (found === undefined) return undefined
  if (secrets.totp !== undefined) return { field: found.name, value: secrets.totp }
  return declared === undefined ? undefined : { field: found.name, value: await ask({ kind: 'code', question: `The site asks: ${found.label || found.name}` }) }
}

/** Law 2: a secret goes into the declared field alone. One that is gone is told before anything is sent. */
export function checkFields({ form, user, password, captcha }: SignInForm): void {
  const gone = [user, password, captcha].filter((name) => name !== undefined && !form.fields.some((field) => field.name === name || field.id === name))
  if (gone.length === 0) return
  const names = gone.map((name) => `\`${name}\``).join(', ')
  throw new SignInFailure('form-not-found', [`the form does not have the declared field ${names}: the site may have changed`])
}

async function captchaAnswer({ captcha, image }: SignInForm, { settings, readCaptcha }: SignInContext<FormSettings>): Promise<string> {
  if (image === undefined) throw new SignInFailure('form-not-found', [`there is a captcha field \`${captcha}\` but no image for it`])
  // An image that stands in the page itself comes anew only with a new page.
  const reload = image.src === undefined || image.src.protocol === 'data:' ? undefined : () => image.fetch()
  const { answer } = await readCaptcha(await image.fetch(), hintsOf(settings), reload)
  return answer
}

function hintsOf({ captcha = {} }: FormSettings) {
  const { kind, alphabet, length, caseSensitive } = captcha
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(alphabet === undefined ? {} : { alphabet }),
    ...(length === undefined ? {} : { length }),
    ...(caseSensitive === undefined ? {} : { caseSensitive }),
  }
}

function hasField(form: Form, name: string): boolean {
  return form.fields.some((field) => field.name === name)
}

function setValue(form: Form, name: string, value: Value): Form {
  const field = form.fields.find((one) => one.name === name)
  if (field === undefined) throw new SignInFailure('form-not-found', [`the form has no field \`${name}\`, which the settings fill in`])
  if (typeof value !== 'string') return form.fill(name, value)
  if (field.type === 'checkbox') return form.check(name, value !== '' && value !== 'off')
  return field.type === 'radio' ? form.check(name, true, value) : form.fill(name, value)
}

/** Nobody stays signed in on the relay for longer than the session; consent is given only where the form does not go without. */
function tickBoxes(page: Page, form: Form): Form {
  let ticked = form
  const required = new Set(page.query('input[required]').map((element) => element.attribute('name')))
  for (const field of form.fields) {
    if (field.type !== 'checkbox' || field.disabled || field.name === '') continue
    if (field.checked && mentions(rememberWords, field.name, field.id, field.label)) ticked = ticked.check(field.name, false, field.value)
    else if (!field.checked && required.has(field.name)) ticked = ticked.check(field.name, true, field.value)
  }
  return ticked
}
