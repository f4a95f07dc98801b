import { type Page, type SignInContext, SignInFailure } from '../../contract.ts'
import { samePlace } from '../answers/answer.ts'
import { quoted } from '../answers/judge.ts'
import { findSignOut } from '../answers/sign-out-control.ts'
import { standsBetween } from '../asked/go-on.ts'
import { findSignInForm } from '../fields/find-form.ts'
import type { FormSettings } from '../settings.ts'

type Context = SignInContext<FormSettings>

/** Weak evidence is held against a page for the signed-in; a site that still asks to sign in has refused the password. */
export async function confirm(context: Context, evidence: readonly string[], answer: Page, asked: Page): Promise<readonly string[]> {
  const page = await context.browser.open(ownLanding(context) ?? new URL('/', answer.url))
  const signOut = findSignOut(page)
  if (signOut !== undefined) return [...evidence, `there is a way to sign out: ${quoted(signOut.words)}`]
  const isAsked = findSignInForm(page, context.settings)?.password !== undefined || samePlace(page.url, asked.url)
  if (isAsked || page.status === 401 || page.links.some(({ url }) => samePlace(url, asked.url))) {
    const between = standsBetween(answer)
    if (between !== undefined && !samePlace(answer.url, asked.url)) {
      throw new SignInFailure('challenge', [`the page ${quoted(answer.title)} stands between, with ${between}: name in the settings which to press (goOn)`])
    }
    throw new SignInFailure('wrong-password', [`the page ${page.url.pathname} still asks to sign in`, `the answer was titled ${quoted(answer.title)}`])
  }
  const told = page.status < 400 ? `the page ${page.url.pathname} does not ask to sign in` : `the page ${page.url.pathname} answered ${page.status}`
  // A page that is for everybody asks nobody to sign in: there must be more than that the form is gone, unless a person has named it.
  if (evidence.length > 1) return page.status < 400 ? [...evidence, told] : evidence
  if (page.status < 400 && ownLanding(context) !== undefined) return [...evidence, told]
  throw new SignInFailure('unknown', [...evidence, told, 'nothing shows that it has worked: name a page for the signed-in (`landing`), or signs of success'])
}

function ownLanding({ settings, site }: Pick<Context, 'settings' | 'site'>): URL | undefined {
  return settings.landing === undefined ? site.landingUrl : new URL(settings.landing, site.loginUrl)
}

export function landingOf(context: Context, answer: Page, asked: Page): URL {
  const own = ownLanding(context)
  if (own !== undefined) return own
  return answer.redirects.length > 0 && !samePlace(answer.url, asked.url) ? answer.url : new URL('/', answer.url)
}
