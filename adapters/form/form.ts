import type { Adapter, Browser, Page, SignInContext } from '../contract.ts'
import { SignInFailure } from '../contract.ts'
import { defineAdapter } from '../define-adapter.ts'
import { samePlace } from './answers/answer.ts'
import { findSignOut } from './answers/sign-out-control.ts'
import { isSignedOut } from './answers/signed-out.ts'
import { changePassword } from './change/change-password.ts'
import { findSignInForm, type SignInForm } from './fields/find-form.ts'
import { partsOf, settingsOf } from './fields/parts.ts'
import { passwordRules } from './password-rules.ts'
import { register } from './register/register.ts'
import { type RecognisedScript, recognisedInWords, recogniseScript } from './script/recognise-script.ts'
import { type FormSettings, formSettings } from './settings.ts'
import { checkFields } from './sign-in/fill.ts'
import { findSignInPage } from './sign-in/find-page.ts'
import { isScriptNamed, scriptedIn, scriptedInWords } from './sign-in/page-script.ts'
import { inWords, signIn } from './sign-in/sign-in.ts'

type SessionContext = Pick<SignInContext<FormSettings>, 'browser' | 'site' | 'settings' | 'signal'>

/** Signs in by an HTML form. Works from the login address alone in the common case; settings help where it does not. */
export const form: Adapter<FormSettings> = defineAdapter<FormSettings>({
  name: 'form',
  api: 1,
  description: 'An HTML form: user name, password, and a text captcha where there is one',
  settings: formSettings,
  signIn,
  passwordRules,
  changePassword,
  register,

  async isSignedIn(context) {
    for (const url of placesFor(context)) {
      const page = await context.browser.open(url)
      const isSignedIn = looksSignedIn(page, context)
      if (isSignedIn !== undefined) return isSignedIn
    }
    throw new SignInFailure('unknown', ['no page of the site tells whether the session is signed in'])
  },

  isSignedOut: (facts, site) => isSignedOut(facts, site),

  async signOut(context) {
    for (const url of placesFor(context)) {
      const control = findSignOut(await context.browser.open(url))
      if (control === undefined) continue
      const after = 'form' in control ? await control.form.submit() : await context.browser.open(control.link)
      return after.status < 400 && findSignOut(after) === undefined
    }
    return false
  },

  async look(page, { browser, settings }) {
    try {
      const { page: on, found } = await findSignInPage(page, browser, settings)
      checkFields(found)
      const parts = partsOf(on, found)
      const [scripted, words] = await scriptsOf(on, found, browser, settings)
      return {
        fits: true,
        found: [`a ${inWords(found).replace(': ', ` at ${on.url.pathname}: `)}`, ...words],
        loginUrl: on.url,
        origins: [found.form.action.origin],
        page: on,
        parts,
        settings: { ...settingsOf(parts), ...scripted },
      }
    } catch (error) {
      if (!(error instanceof SignInFailure)) throw error
      // The relay cannot sign in past such a challenge; a person can, by the same form on the site's own page.
      const found = error.kind === 'challenge' ? findSignInForm(page, settings) : undefined
      return { fits: false, found: error.seen, problem: error.kind, ...(found === undefined ? {} : { page, parts: partsOf(page, found) }) }
    }
  },
})

/** What the page's scripts make of the password, as settings and in words. */
async function scriptsOf(page: Page, found: SignInForm, browser: Browser, settings: FormSettings): Promise<[RecognisedScript, string[]]> {
  if (isScriptNamed(settings)) return [{}, []]
  const recognised = await recogniseScript(page, found, browser)
  if (recognised !== undefined) return [recognised, recognisedInWords(recognised)]
  const scripted = scriptedIn(page, settings)
  if (scripted === undefined) return [{}, []]
  return [scripted.is === 'known' ? { transform: scripted.transform } : {}, [scriptedInWords(scripted)]]
}

/** Pages that a signed-in person sees, the surest first. */
function placesFor({ site, settings }: SessionContext): URL[] {
  const own = settings.landing === undefined ? site.landingUrl : new URL(settings.landing, site.loginUrl)
  return own === undefined ? [site.loginUrl, new URL('/', site.loginUrl)] : [own]
}

/** Undefined: this page does not tell. Some sites show the login form to the signed-in too. */
function looksSignedIn(page: Page, { site, settings }: SessionContext): boolean | undefined {
  if (page.status >= 500) throw new SignInFailure('site-down', [`the site answered ${page.status}`])
  if (page.status === 401) return false
  if (findSignOut(page) !== undefined) return true
  const isAtLogin = samePlace(page.url, site.loginUrl)
  if (findSignInForm(page, settings) !== undefined) return isAtLogin && page.redirects.length === 0 ? undefined : false
  return page.status >= 400 || isAtLogin ? undefined : true
}
