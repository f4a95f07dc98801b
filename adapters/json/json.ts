import { type Adapter, SignInFailure } from '../contract.ts'
import { defineAdapter } from '../define-adapter.ts'
import { isSignedOut } from '../form/answers/signed-out.ts'
import { looksSignedIn } from './session.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'
import { signInByJson } from './sign-in.ts'

/** Signs in where the form is a script: by JSON or fields sent to a login API, with the token in a header, a cookie or storage. */
export const json: Adapter<JsonSettings> = defineAdapter<JsonSettings>({
  name: 'json',
  api: 1,
  description: 'A login API that scripts speak with: JSON or fields, a token in a header, a cookie or storage',
  settings: jsonSettings,
  signIn: signInByJson,

  async isSignedIn({ browser, site, settings }) {
    const { check, landing } = settings
    const wanted = check ?? landing
    const page = await browser.open(wanted === undefined ? (site.landingUrl ?? new URL('/', site.loginUrl)) : new URL(wanted, site.loginUrl), { data: true })
    const isSignedIn = looksSignedIn(page, site.loginUrl)
    if (isSignedIn === undefined) throw new SignInFailure('unknown', [`${page.url.pathname} answered ${page.status}, which does not tell`])
    return isSignedIn
  },

  isSignedOut: (facts, site) => facts.url.href !== new URL(site.settings.url.split('?')[0] ?? '', site.loginUrl).href && isSignedOut(facts, site),

  async signOut({ browser, site, settings }) {
    const { signOut } = settings
    if (signOut === undefined) return false
    const address = new URL(signOut.url, site.loginUrl)
    const page = signOut.method === 'get' ? await browser.open(address, { data: true }) : await browser.postJson(address, {})
    return page.status < 400
  },

  /** Settings name the API: whether it is there shows only when something is sent. */
  async look(page, { settings }) {
    const address = new URL(settings.url, page.url)
    if (page.status >= 500) return { fits: false, found: [`the site answered ${page.status}`], problem: 'site-down' }
    return { fits: true, found: [`a login API at ${address.pathname}`], loginUrl: page.url, origins: [page.url.origin, address.origin], page }
  },
})
