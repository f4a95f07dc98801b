import { type HeaderValue, type Page, type SignInContext, SignInFailure, type SignInResult } from '../contract.ts'
import { jsonAt } from '../read-values.ts'
import { fillText } from '../transform/template.ts'
import type { Names } from '../transform/transform.ts'
import type { ApiFacts } from './answer.ts'
import type { JsonSettings } from './settings.ts'

type Context = SignInContext<JsonSettings>

/** A session as it is kept, and the same headers for asking the site with it at once. */
export interface Carried {
  readonly result: Omit<SignInResult, 'evidence'>
  readonly headers: Readonly<Record<string, HeaderValue>>
}

/** What of the answer carries the session: headers with its token, cookies, entries of storage. */
export function sessionOf(context: Context, { token }: ApiFacts, names: Names): Carried {
  const { settings, site } = context
  const origins = [...new Set([new URL(fillText(settings.url, names), site.loginUrl).origin, site.loginUrl.origin])]
  const attach = settings.attach ?? (token === undefined ? {} : { Authorization: 'Bearer {token}' })
  const headers = Object.fromEntries(
    Object.entries(attach).map(([name, value]): [string, HeaderValue] => {
      if (typeof value !== 'string') return [name, value]
      const prefix = /^([^{}]*)\{token\}$/.exec(value)?.[1]
      if (prefix === undefined) return [name, fillText(value, names)]
      if (token === undefined) throw new SignInFailure('unknown', [`the answer has no token for the header ${name}`])
      return [name, { prefix, token: token.found }]
    }),
  )
  const storage = settings.storage.map(({ area, key, value }) => {
    if (!value.includes('{token}')) return { origin: site.loginUrl.origin, area, key, value }
    if (token === undefined) throw new SignInFailure('unknown', [`the answer has no token for the entry ${key} of storage`])
    return { origin: site.loginUrl.origin, area, key, value: { template: value, token: token.found } }
  })
  const landing = settings.landing === undefined ? site.landingUrl : new URL(settings.landing, site.loginUrl)
  return {
    result: {
      headers: Object.entries(headers).map(([name, value]) => ({ name, value, origins })),
      storage,
      ...(landing === undefined ? {} : { landingUrl: landing }),
    },
    headers,
  }
}

/** Asks the address that only the signed-in may see, where the settings name one; where they do not and the evidence is weak, where a person lands. */
export async function checkSession({ browser, settings, site }: Context, { headers, result }: Carried, isWeak: boolean): Promise<string[]> {
  if (settings.check !== undefined) {
    const page = await browser.open(new URL(settings.check, site.loginUrl), { headers, data: true })
    if (looksSignedIn(page, site.loginUrl) === true) return [`${page.url.pathname} answers ${page.status} with it`]
    throw new SignInFailure('unknown', [`${page.url.pathname} answered ${page.status} to the new session`])
  }
  if (!isWeak || result.landingUrl === undefined) return []
  // A doubt, and no more: that a page cannot be had does not add to it.
  const page = await browser.open(result.landingUrl, { data: true }).catch(() => undefined)
  if (page === undefined || !asksToSignIn(page, site.loginUrl)) return []
  throw new SignInFailure('unknown', [
    `the login API only set a cookie, and ${page.url.pathname} still asks to sign in: name an address that only the signed-in may see (\`check\`)`,
  ])
}

/** The page to sign in at may be everybody's home, its form hidden by scripts: only being led to that form counts there. */
function asksToSignIn(page: Page, loginUrl: URL): boolean {
  if (page.status === 401 || String(jsonAt(page.text, 'code')) === '401') return true
  if (page.url.pathname === loginUrl.pathname && page.redirects.length === 0) return false
  return page.forms.some(({ fields }) => fields.some(({ type }) => type === 'password'))
}

/** Undefined: this answer does not tell. A login API may say by its own code what HTTP has a status for: `{"code": 401}`. */
export function looksSignedIn(page: Page, loginUrl: URL): boolean | undefined {
  if (page.status >= 500) throw new SignInFailure('site-down', [`the site answered ${page.status}`])
  const code = String(jsonAt(page.text, 'code'))
  if (page.status === 401 || code === '401') return false
  // What is forbidden may be so to the signed-in too, and the page to sign in at may be their home as well.
  const isAtLogin = page.redirects.length > 0 && page.url.pathname === loginUrl.pathname
  return page.status >= 400 || code === '403' || isAtLogin ? undefined : true
}
