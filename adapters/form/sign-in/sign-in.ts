import { tryCaptchaAgain } from '../../captcha-again.ts'
import { type FailureKind, type Page, type SignInContext, SignInFailure, type SignInResult } from '../../contract.ts'
import { leadsOn } from '../../on-load/leads-on.ts'
import { answerFacts, type Sent } from '../answers/answer.ts'
import { judge, quoted, type Verdict } from '../answers/judge.ts'
import { goFurther } from '../asked/go-further.ts'
import { findSignInForm, type SignInForm } from '../fields/find-form.ts'
import type { FormSettings } from '../settings.ts'
import { confirm, landingOf } from './confirm.ts'
import { fillIn } from './fill.ts'
import { checkChallenge, findSignInPage, type SignInPage } from './find-page.ts'
import { scriptedIn, scriptedInWords } from './page-script.ts'

type Context = SignInContext<FormSettings>

/** Pages between the password and the site: a code, a question, a notice, other sessions to end. */
const mostPages = 6

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
        tryCaptchaAgain(context, attempt, verdict.seen)
        break
      case 'failed':
        throw new SignInFailure(verdict.kind, [...verdict.seen, ...hintFor(context, verdict.kind, asked)])
    }
  }
}

/** A password may be refused because it arrived otherwise than the page's script would have sent it. */
function hintFor({ settings }: Context, kind: FailureKind, page: Page): string[] {
  const scripted = kind === 'wrong-password' ? scriptedIn(page, settings) : undefined
  return scripted?.is === 'unclear' ? [scriptedInWords(scripted)] : []
}

type Decided = Exclude<Verdict, { readonly is: 'asks' }>

interface Attempt {
  readonly verdict: Decided
  readonly answer: Page
  /** The page the form was on. */
  readonly asked: Page
}

/** Find the form, fill it in, send it, judge what comes; go further while the site asks for more. */
async function attemptOnce(context: Context): Promise<Attempt> {
  const first = await loadSignInPage(context)
  const form = first.found.password === undefined ? await sendUserName(context, first) : first
  if ('verdict' in form) return form
  const mark = context.browser.cookies.mark()
  let sent = await send(context, form)
  for (let pages = 0; pages < mostPages; pages++) {
    const verdict = decide(context, sent, mark)
    if (verdict.is !== 'asks') return { verdict, answer: sent.after, asked: form.page }
    const after = await goFurther(verdict.asked, context)
    checkChallenge(after)
    sent = { before: sent.after, by: verdict.asked, after }
  }
  throw new SignInFailure('challenge', [`the site asks for more and more: ${mostPages} pages after the password`])
}

async function loadSignInPage(context: Context): Promise<SignInPage> {
  const opened = await context.browser.open(context.site.loginUrl)
  context.step('page', `login page read: ${quoted(opened.title || opened.url.pathname)}`)
  const found = await findSignInPage(opened, context.browser, context.settings, context.site.origins)
  context.step('form', inWords(found.found))
  return found
}

/** The first of two steps. Gives the page that asks for the password, or what the site said instead. */
async function sendUserName(context: Context, first: SignInPage): Promise<SignInPage | Attempt> {
  const mark = context.browser.cookies.mark()
  const sent = await send(context, first, 'user name sent')
  const page = sent.after
  checkChallenge(page)
  const found = findSignInForm(page, { ...context.settings, steps: 'auto' })
  if (found?.password !== undefined) {
    context.step('form', inWords(found))
    return { page, found }
  }
  const verdict = judge(answerFacts(sent, context.browser.cookies.changesSince(mark), context.settings))
  if (verdict.is === 'failed' || verdict.is === 'captcha-refused') return { verdict, answer: page, asked: first.page }
  throw new SignInFailure('form-not-found', [`after the user name came the page ${quoted(page.title)}, which has no password field`])
}

async function send(context: Context, { page, found }: SignInPage, told = 'form sent'): Promise<Sent> {
  const { form, headers } = await fillIn(page, found, context)
  const answer = await form.submit(context.settings.submit, { headers })
  context.step('send', told)
  const next = leadsOn(answer)
  const after = next === undefined || next.origin !== answer.url.origin ? answer : await context.browser.open(next)
  return { before: page, by: found, after }
}

/** What is refused after the password was accepted is the code or the answer, and the same asked again is a refusal too: neither is sent twice. */
function decide({ browser, settings }: Context, sent: Sent, mark: number): Verdict {
  const verdict = judge(answerFacts(sent, browser.cookies.changesSince(mark), settings))
  const { by } = sent
  if (!('kind' in by) || by.kind === 'go-on') return verdict
  const thing = by.kind === 'code' ? 'code' : 'answer'
  if (verdict.is === 'captcha-refused' || (verdict.is === 'failed' && verdict.kind === 'wrong-password')) {
    return { is: 'failed', kind: 'challenge', seen: [...verdict.seen, `the site refused the ${thing}`] }
  }
  const isAgain = verdict.is === 'asks' && verdict.asked.kind === by.kind && (by.kind === 'code' || verdict.asked.words === by.words)
  return isAgain ? { is: 'failed', kind: 'challenge', seen: [`the site asks for the ${thing} once more`] } : verdict
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
