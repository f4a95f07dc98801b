import { type Page, type SignInContext, SignInFailure } from '../../contract.ts'
import { behaviouralChallenge } from '../answers/challenge-markup.ts'
import { quoted } from '../answers/judge.ts'
import { pagesOn } from '../pages-on.ts'
import type { FormSettings } from '../settings.ts'
import { mentions, registerWords } from '../words.ts'
import { findRegisterForm, type RegisterForm } from './find-register-form.ts'

export interface RegisterPage {
  readonly page: Page
  readonly found: RegisterForm
}

type Context = Pick<SignInContext<FormSettings>, 'browser' | 'site' | 'settings'>

const mostPages = 5

/**
 * The page with the form for a new account: where the settings say it is; else by the links that a person would follow from the login page
 * and the front page. Nothing is sent. `SignInFailure` with what was seen instead.
 */
export async function findRegisterPage({ browser, site, settings }: Context): Promise<RegisterPage> {
  const declared = settings.registration?.page
  const next = declared === undefined ? [site.loginUrl, new URL('/', site.loginUrl)] : [new URL(declared, site.loginUrl)]
  const seen: string[] = []
  for await (const page of pagesOn(browser, next, mostPages)) {
    if (page.status >= 500) throw new SignInFailure('site-down', [`${page.url.pathname} answered ${page.status}`])
    const found = page.status < 400 ? findRegisterForm(page, settings) : undefined
    if (found !== undefined) return { page, found: guarded(page, found) }
    seen.push(`the page ${page.url.pathname} titled ${quoted(page.title)} ${page.status >= 400 ? `answered ${page.status}` : 'has no form for a new account'}`)
    if (declared === undefined) next.unshift(...waysOn(page))
  }
  throw new SignInFailure('form-not-found', [...seen, 'name the page in the setting `registration`'])
}

/** Law 8: at once, before anything is sent. */
function guarded(page: Page, found: RegisterForm): RegisterForm {
  const challenge = behaviouralChallenge(page)
  if (challenge === undefined) return found
  throw new SignInFailure('challenge', [`the page for registering is guarded by ${challenge}: register there yourself, through the proxy`])
}

function waysOn({ links, url: { origin } }: Page): URL[] {
  return links.filter(({ text, url }) => url.origin === origin && mentions(registerWords, text.slice(0, 60), url.pathname)).map(({ url }) => url)
}
