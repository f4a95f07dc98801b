import { type Look, type Page, type SessionHeader, type SignInContext, SignInFailure, type SignInResult } from './contract.ts'

/** What tells the schemes of HTTP authentication apart: RFC 7617 (Basic), RFC 7616 (Digest). */
export interface Scheme {
  readonly name: 'Basic' | 'Digest'
  /** The credentials for a challenge of this scheme; undefined: the page's challenges have none that can be answered. */
  credentials(page: Page, context: SignInContext): SessionHeader['value'] | undefined
}

/** Signs in by the header Authorization: asks, answers the challenge, and holds the two answers against each other. */
export async function signInByHeader(context: SignInContext, scheme: Scheme): Promise<SignInResult> {
  const { browser, site, step } = context
  const asked = await browser.open(site.loginUrl)
  step('page', `login page asked for: ${asked.status}`)
  if (asked.status >= 500) throw new SignInFailure('site-down', [`the site answered ${asked.status}`])
  const value = asked.status === 401 ? scheme.credentials(asked, context) : undefined
  if (value === undefined)
    throw new SignInFailure('form-not-found', [`${asked.url.pathname} answered ${asked.status} and does not ask for HTTP ${scheme.name}`])
  const answer = await browser.open(asked.url, { authorization: value })
  step('send', 'credential sent')
  checkAnswer(answer)
  return {
    landingUrl: site.landingUrl ?? answer.url,
    headers: [{ name: 'authorization', value }],
    evidence: [`401 without the credential, ${answer.status} with it`],
  }
}

function checkAnswer({ status }: Page): void {
  if (status === 401) throw new SignInFailure('wrong-password', ['the site answered 401 to the credential'])
  if (status === 403 || status === 429) throw new SignInFailure('blocked', [`the site answered ${status} to the credential`])
  if (status >= 500) throw new SignInFailure('site-down', [`the site answered ${status}`])
  if (status >= 400) throw new SignInFailure('unknown', [`the site answered ${status} to the credential`])
}

/** Asks a page with the header that the session carries: the engine sends it. */
export async function isHeaderTaken({ browser, site }: Pick<SignInContext, 'browser' | 'site'>): Promise<boolean> {
  const { status } = await browser.open(site.landingUrl ?? site.loginUrl)
  if (status >= 500) throw new SignInFailure('site-down', [`the site answered ${status}`])
  return status !== 401
}

/** What a page says that asks for this scheme. */
export function lookForScheme(page: Page, name: Scheme['name'], isAsked: boolean): Look {
  if (!isAsked) return { fits: false, found: [] }
  const realm = /realm="([^"]*)"/i.exec(page.header('www-authenticate') ?? '')?.[1]
  return {
    fits: true,
    found: [`HTTP ${name} at ${page.url.pathname}${realm === undefined ? '' : `, realm "${realm.slice(0, 80)}"`}`],
    loginUrl: page.url,
    origins: [page.url.origin],
  }
}

/** RFC 9110 section 11.6.1: challenges stand in a list; a parameter may hold the word in quotes. */
export function asksFor(name: Scheme['name'], { status }: Page, challenge: string | undefined): boolean {
  return status === 401 && new RegExp(`(?:^|,)\\s*${name}(?:\\s|$|,)`, 'i').test(challenge?.replace(/"[^"]*"/g, '""') ?? '')
}
