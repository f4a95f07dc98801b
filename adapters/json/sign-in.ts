import { tryCaptchaAgain } from '../captcha-again.ts'
import { type JsonValue, type Page, type SignInContext, SignInFailure, type SignInResult } from '../contract.ts'
import { fillHeaders, readingWith, readValues } from '../read-values.ts'
import { fillTemplate, fillText, namesOf } from '../transform/template.ts'
import type { Names } from '../transform/transform.ts'
import { type ApiFacts, apiFacts } from './answer.ts'
import { readApiCaptcha } from './captcha.ts'
import { judgeApi } from './judge.ts'
import { checkSession, sessionOf } from './session.ts'
import type { JsonBody, JsonSettings } from './settings.ts'

type Context = SignInContext<JsonSettings>

/** Attempts until the captcha is accepted or its tries are used up. A refused password ends it at once (law 3). */
export async function signInByJson(context: Context): Promise<SignInResult> {
  for (let attempt = 1; ; attempt++) {
    const names = await prepare(context)
    const facts = await continueWithCode(context, await send(context, names), names)
    const verdict = judgeApi(facts)
    switch (verdict.is) {
      case 'signed-in': {
        const session = sessionOf(context, facts, names)
        return { ...session.result, evidence: [...verdict.evidence, ...(await checkSession(context, session, verdict.isWeak ?? false))] }
      }
      case 'captcha-refused':
        tryCaptchaAgain(context, attempt, verdict.seen)
        break
      case 'code-asked':
        throw new SignInFailure('challenge', ['the site asks for a code once more'])
      case 'failed':
        throw new SignInFailure(verdict.kind, verdict.seen)
    }
  }
}

/** What the body and headers may name. */
async function prepare(context: Context): Promise<Names> {
  const { browser, site, settings, username, secrets, step } = context
  const page = settings.page ? await browser.open(site.loginUrl) : undefined
  if (page !== undefined) step('page', `login page read: ${page.url.pathname} answered ${page.status}`)
  if (page !== undefined && page.status >= 500) throw new SignInFailure('site-down', [`${page.url.pathname} answered ${page.status}`])
  const values = await readValues(settings.read, page, { username }, readingWith(browser, site.loginUrl))
  if (Object.keys(values).length > 0) step('form', `read: ${Object.keys(values).join(', ')}`)
  const captcha = (await readApiCaptcha(context)) ?? { captcha: '', captchaId: '' }
  const names = { username, password: secrets.password, ...captcha, ...values }
  return uses(settings.body, 'code') ? { ...names, code: await codeFor(context) } : names
}

interface Sent {
  readonly page: Page
  readonly facts: ApiFacts
}

async function send(context: Context, names: Names): Promise<Sent> {
  const { settings, browser, step } = context
  const mark = browser.cookies.mark()
  const page = await post(context, settings.url, settings.body, names)
  step('send', 'sign-in sent')
  return { page, facts: apiFacts(page, names.captcha !== '', browser.cookies.changesSince(mark), settings) }
}

/** The second step, where the answer asks for a one-time code. */
async function continueWithCode(context: Context, first: Sent, names: Names): Promise<ApiFacts> {
  const { code } = context.settings
  if (code === undefined || judgeApi(first.facts).is !== 'code-asked') return first.facts
  const values = await readValues(code.read, first.page, names, readingWith(context.browser, context.site.loginUrl))
  const mark = context.browser.cookies.mark()
  const page = await post(context, code.url, code.body, { ...names, ...values, code: await codeFor(context) })
  context.step('send', 'code sent')
  const facts = apiFacts(page, false, context.browser.cookies.changesSince(mark), context.settings)
  const verdict = judgeApi(facts)
  // What is refused here is the code.
  if (verdict.is === 'captcha-refused' || (verdict.is === 'failed' && verdict.kind === 'wrong-password')) throw new SignInFailure('challenge', verdict.seen)
  return facts
}

async function codeFor({ secrets, ask }: Context): Promise<NonNullable<Names[string]>> {
  return secrets.totp ?? ask({ kind: 'code', question: 'The site asks for a one-time code.' })
}

function post({ browser, site, settings }: Context, url: string, body: JsonSettings['body'], names: Names): Promise<Page> {
  const options = { headers: fillHeaders(settings.headers, names), data: true } as const
  const address = new URL(fillText(url, names), site.loginUrl)
  if (settings.send === 'json') return browser.postJson(address, fillBody(body, names), options)
  const fields = Object.entries(body).map(([key, value]) => [key, typeof value === 'string' ? fillTemplate(value, names) : String(value)] as const)
  return browser.postFields(address, Object.fromEntries(fields), options)
}

function fillBody(body: JsonSettings['body'], names: Names): JsonBody {
  const fill = (value: JsonSettings['body'][string]): JsonValue => {
    if (typeof value === 'string') return fillTemplate(value, names)
    if (Array.isArray(value)) return value.map(fill)
    return typeof value === 'object' && value !== null ? fillBody(value, names) : value
  }
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, fill(value)]))
}

function uses(body: JsonSettings['body'], name: string): boolean {
  return Object.values(body).some((value) => {
    if (typeof value === 'string') return namesOf(value).includes(name)
    return typeof value === 'object' && value !== null && uses(Object.assign({}, value) as JsonSettings['body'], name)
  })
}
