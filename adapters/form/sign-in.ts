import { type Page, type SignInContext, SignInFailure, type SignInResult } from '../contract.ts'
import { answerFacts, findCodeField, leadsOn, samePlace } from './answer.ts'
import { fillIn } from './fill.ts'
import { findSignInForm, type SignInForm } from './find-form.ts'
import { checkChallenge, findSignInPage, type SignInPage } from './find-page.ts'
import { judge, quoted, type Verdict } from './judge.ts'
import type { FormSettings } from './settings.ts'
import { findSignOut } from './sign-out-control.ts'

type Context = SignInContext<FormSettings>

/** Attempts until the captcha is accepted or its tries are used up. A refused password ends it at once (law 3). */
export async function signIn(context: Context): Promise<SignInResult> {
  for (let attempt = 1; ; attempt++) {
    const { verdict, answer, asked } = await attemptOnce(context)
    switch (verdict.is) {
      case 'signed-in': {
        const evidence = verdict.isSure ? verdict.evidence : await confirm(context, verdict.evidence, answer, asked)
        return { landingUrl: landingOf(context, answer, asked), evidence }
      }
      case 'captcha-refused':
        if (attempt >= context.captchaTries) throw new SignInFailure('wrong-captcha', verdict.seen)
        context.step('answer', `the site refused the captcha (${attempt} of ${context.captchaTries})`)
        context.nextAttempt()
        break
      case 'code-asked':
        throw new SignInFailure('challenge', ['the site asks for a code once more'])
      case 'failed':
        throw new SignInFailure(verdict.kind, verdict.seen)
    }
  }
}

interface Attempt {
  readonly verdict: Verdict
  readonly answer: Page
  /** The page the form was on. */
  readonly asked: Page
}

async function attemptOnce(context: Context): Promise<Attempt> {
  const first = await loadSignInPage(context)
  const form = first.found.password === undefined ? await sendUserName(context, first) : first
  if ('verdict' in form) return form
  const mark = context.browser.cookies.mark()
  const answer = await send(context, form)
  const verdict = judge(answerFacts(form.page, form.found, answer, context.browser.cookies.changesSince(mark), context.settings))
  if (verdict.is === 'code-asked') return sendCode(context, answer, mark)
  return { verdict, answer, asked: form.page }
}

async function loadSignInPage(context: Context): Promise<SignInPage> {
  const opened = await context.browser.open(context.site.loginUrl)
  context.step('page', `login page read: ${quoted(opened.title || opened.url.pathname)}`)
  const found = await findSignInPage(opened, context.browser, context.settings)
  context.step('form', inWords(found.found))
  return found
}

/** The first of two steps. Gives the page that asks for the password, or what the site said instead. */
async function sendUserName(context: Context, first: SignInPage): Promise<SignInPage | Attempt> {
  const mark = context.browser.cookies.mark()
  const page = await send(context, first, 'user name sent')
  checkChallenge(page)
  const found = findSignInForm(page, { ...context.settings, steps: 'auto' })
  if (found?.password !== undefined) {
    context.step('form', inWords(found))
    return { page, found }
  }
  const verdict = judge(answerFacts(first.page, first.found, page, context.browser.cookies.changesSince(mark), context.settings))
  if (verdict.is === 'failed' || verdict.is === 'captcha-refused') return { verdict, answer: page, asked: first.page }
  throw new SignInFailure('form-not-found', [`after the user name came the page ${quoted(page.title)}, which has no password field`])
}

async function send(context: Context, { page, found }: SignInPage, told = 'form sent'): Promise<Page> {
  const form = await fillIn(page, found, context)
  const answer = await form.submit(context.settings.submit)
  context.step('send', told)
  const next = leadsOn(answer)
  return next === undefined || next.origin !== answer.url.origin ? answer : context.browser.open(next)
}

/** A one-time code comes from the person. */
async function sendCode(context: Context, page: Page, mark: number): Promise<Attempt> {
  const name = findCodeField(page) ?? ''
  const form = page.forms.find(({ fields }) => fields.some((field) => field.name === name))
  const label = form?.fields.find((field) => field.name === name)?.label
  const code = await context.ask({ kind: 'code', question: label ? `The site asks: ${label}` : 'The site asks for a code.' })
  if (form === undefined) throw new SignInFailure('form-not-found', ['the form for the code is gone'])
  const answer = await form.fill(name, code).submit()
  context.step('send', 'code sent')
  const sent: SignInForm = { form, user: name, password: undefined, captcha: undefined, image: undefined }
  const verdict = judge(answerFacts(page, sent, answer, context.browser.cookies.changesSince(mark), context.settings))
  // What is refused here is the code.
  const isRefused = verdict.is === 'failed' && verdict.kind === 'wrong-password'
  return { verdict: isRefused ? { ...verdict, kind: 'challenge' } : verdict, answer, asked: page }
}

/** Weak evidence is held against a page for the signed-in; a site that still asks to sign in has refused the password. */
async function confirm(context: Context, evidence: readonly string[], answer: Page, asked: Page): Promise<readonly string[]> {
  const page = await context.browser.open(ownLanding(context) ?? new URL('/', answer.url))
  const signOut = findSignOut(page)
  if (signOut !== undefined) return [...evidence, `there is a way to sign out: ${quoted(signOut.words)}`]
  const isAsked = findSignInForm(page, context.settings)?.password !== undefined || samePlace(page.url, asked.url)
  if (isAsked || page.status === 401 || page.links.some(({ url }) => samePlace(url, asked.url))) {
    throw new SignInFailure('wrong-password', [`the page ${page.url.pathname} still asks to sign in`, `the answer was titled ${quoted(answer.title)}`])
  }
  if (page.status < 400) return [...evidence, `the page ${page.url.pathname} does not ask to sign in`]
  // That page told nothing: what the answer showed must be more than that the form is gone.
  if (evidence.length > 1) return evidence
  throw new SignInFailure('unknown', [...evidence, `the page ${page.url.pathname} answered ${page.status}`])
}

function ownLanding({ settings, site }: Pick<Context, 'settings' | 'site'>): URL | undefined {
  return settings.landing === undefined ? site.landingUrl : new URL(settings.landing, site.loginUrl)
}

function landingOf(context: Context, answer: Page, asked: Page): URL {
  const own = ownLanding(context)
  if (own !== undefined) return own
  return answer.redirects.length > 0 && !samePlace(answer.url, asked.url) ? answer.url : new URL('/', answer.url)
}

/** The parts of a form as a person would name them. */
export function inWords({ user, password, captcha, image }: SignInForm): string {
  const parts = [
    ...(user === undefined ? [] : [`user name field \`${user}\``]),
    password === undefined ? 'the password on the next page' : `password field \`${password}\``,
    ...(captcha === undefined ? [] : [image === undefined ? `captcha field \`${captcha}\` without an image` : `captcha image next to \`${captcha}\``]),
  ]
  return `sign-in form: ${parts.join(', ')}`
}
