import { type Form, type Page, type Registered, type SignInContext, SignInFailure } from '../../contract.ts'
import { quoted } from '../answers/judge.ts'
import { changeMeaning } from '../change/change-words.ts'
import { findCaptchaImage } from '../fields/find-captcha.ts'
import { newMessages } from '../messages/new-messages.ts'
import type { FormSettings } from '../settings.ts'
import { findRegisterForm, type RegisterForm } from './find-register-form.ts'
import { findRegisterPage } from './find-register-page.ts'

/** What a site says that has made the account, and waits for a word by mail or of a person. */
const waitsWords =
  /(?:confirm|verify|activat).{0,60}(?:e-?mail|account|address|link)|(?:e-?mail|link|message).{0,60}(?:confirm|verif|activat|was sent|has been sent)|(?:wait|pending|await).{0,40}(?:approv|review|moderat)|bestätig.{0,40}(?:mail|konto)|freischalt|aktivier|confirm(?:er|ez).{0,40}(?:mail|compte)|активир|подтверд.{0,30}почт|激活|审核|確認メール/iu
const madeWords =
  /(?:account|registration|user).{0,40}(?:created|complete|successful|registered)|(?:successfully|have) (?:registered|signed up)|welcome|konto.{0,30}(?:erstellt|angelegt)|erfolgreich registriert|compte.{0,20}créé|cuenta.{0,20}creada|注册成功|登録.{0,10}完了/iu
const refusedWords =
  /(?:already|is) (?:taken|in use|used|exist|registered)|exists already|not available|unavailable|choose another|closed|disabled|not allowed|bereits (?:vergeben|vorhanden|registriert)|déjà (?:pris|utilisé)|ya existe|já existe|già (?:in uso|registrat|esist)|уже (?:занят|существует|зарегистр)|已(?:存在|被)|既に/iu

/** Fills in the form for a new account and tells what the answer says. `details`: what goes into further fields. */
export async function register(context: SignInContext<FormSettings>, details: Readonly<Record<string, string>>): Promise<Registered> {
  const { page, found } = await findRegisterPage(context)
  context.step('form', inWords(page, found))
  const filled = await fill(page, found, context, details)
  const answer = await filled.submit()
  context.step('send', 'registration sent')
  return judge(page, answer, context)
}

async function fill(page: Page, found: RegisterForm, context: SignInContext<FormSettings>, details: Readonly<Record<string, string>>): Promise<Form> {
  const { username, secrets, settings } = context
  const { password } = secrets
  if (password === undefined) throw new SignInFailure('unknown', ['there is no password for the account'])
  let form = tickRequired(page, found.form).fill(found.user, username).fill(found.password, password)
  if (found.repeat !== undefined) form = form.fill(found.repeat, password)
  if (found.mail !== undefined) form = form.fill(found.mail, details[found.mail] ?? mailOf(found.mail, username, details))
  for (const [name, value] of Object.entries(details)) {
    if (found.mail !== undefined && (name === 'email' || name === found.mail)) continue
    if (!form.fields.some((field) => field.name === name)) throw new SignInFailure('form-not-found', [`the form has no field \`${name}\``])
    form = form.fill(name, value)
  }
  if (found.captcha === undefined) return form
  const image = findCaptchaImage(page, found.form, true, settings)
  if (image === undefined) throw new SignInFailure('form-not-found', [`there is a captcha field \`${found.captcha}\` but no image for it`])
  return form.fill(found.captcha, (await context.readCaptcha(await image.fetch())).answer)
}

function mailOf(field: string, username: string, { email }: Readonly<Record<string, string>>): string {
  if (email !== undefined) return email
  if (username.includes('@')) return username
  throw new SignInFailure('form-not-found', [`the form asks for an address of mail in \`${field}\`, and none was given`])
}

/** Only where the form does not go without: terms of use. */
function tickRequired(page: Page, form: Form): Form {
  const required = new Set(page.query('input[type=checkbox][required]').map((element) => element.attribute('name')))
  const boxes = form.fields.filter(({ type, checked, disabled, name }) => type === 'checkbox' && !checked && !disabled && required.has(name))
  return boxes.reduce((ticked, { name, value }) => ticked.check(name, true, value), form)
}

/** The site's own words first; then whether the form is gone. The sign-in that follows decides. */
function judge(before: Page, after: Page, { step, settings }: SignInContext<FormSettings>): Registered {
  if (after.status >= 500) throw new SignInFailure('site-down', [`the site answered ${after.status}`])
  const { messages } = newMessages(before, after)
  const isBack = findRegisterForm(after, settings) !== undefined
  const refused = messages.find((message) => refusedWords.test(message) || (changeMeaning(message) === 'refused' && !waitsWords.test(message)))
  const [waits, made] = [waitsWords, madeWords].map((words) => messages.find((message) => words.test(message)))
  if (refused !== undefined && (isBack || (waits ?? made) === undefined)) throw new SignInFailure('unknown', [`the site says ${quoted(refused)}`])
  if (isBack) throw new SignInFailure('unknown', ['the form came back', ...messages.slice(0, 3).map((message) => `the site says ${quoted(message)}`)])
  // No word of refusal: the site may have made the account, and the only copy of its password is here.
  if (after.status >= 400) throw new SignInFailure('site-down', [`the site answered ${after.status}`, `the page is titled ${quoted(after.title)}`])
  if (waits !== undefined) return { waitsFor: `the site says ${quoted(waits)}` }
  step('answer', made === undefined ? `the site went on to ${after.url.pathname}` : `the site says ${quoted(made)}`)
  return {}
}

function inWords({ url }: Page, { user, password, repeat, mail }: RegisterForm): string {
  const fields = [`user name in \`${user}\``, `password in \`${password}\`${repeat === undefined ? '' : ` and \`${repeat}\``}`]
  return `form for a new account at ${url.pathname}: ${[...fields, ...(mail === undefined ? [] : [`mail in \`${mail}\``])].join(', ')}`
}
