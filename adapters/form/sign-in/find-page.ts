import { type Browser, type Page, SignInFailure } from '../../contract.ts'
import { leadsOn } from '../../on-load/leads-on.ts'
import { samePlace } from '../answers/answer.ts'
import { behaviouralChallenge } from '../answers/challenge-markup.ts'
import { quoted } from '../answers/judge.ts'
import { findSignInForm, type SignInForm } from '../fields/find-form.ts'
import type { FormSettings } from '../settings.ts'
import { loginWords, mentions, registerWords, signOutWords } from '../words.ts'

export interface SignInPage {
  readonly page: Page
  readonly found: SignInForm
}

/** How many pages are looked at for a form: the one given, the frames and the script in it, a link to sign in. */
const mostPages = 8
/** Frames of other origins that are looked into: most are advertisements. */
const mostForeign = 2

/**
 * The page with the sign-in form, from the page that was opened: itself, or where its frames, its script or its link for signing in
 * lead. Nothing is filled in. `origins` are those where a frame may be; undefined: anywhere, for a look that holds no secret.
 * `SignInFailure` with what was seen instead.
 */
export async function findSignInPage(opened: Page, browser: Browser, settings: FormSettings, origins?: readonly string[]): Promise<SignInPage> {
  let page = opened
  const seen: string[] = []
  const visited = new Set<string>()
  let ahead: URL[] = []
  for (let count = 0; count < mostPages; count++) {
    visited.add(page.url.href)
    checkStatus(page)
    checkChallenge(page)
    const found = findSignInForm(page, settings)
    if (found !== undefined) return { page, found }
    if (page.status === 403) throw new SignInFailure('blocked', told(page))
    seen.push(`the page ${page.url.pathname} titled ${quoted(page.title)} ${formsInWords(page)}`)
    // What a frame leads to comes before the frame beside it.
    ahead = [...waysOn(page, origins), ...ahead].filter(({ href }) => !visited.has(href))
    const [next, ...later] = ahead
    if (next === undefined) break
    ahead = later
    page = await browser.open(next)
  }
  throw new SignInFailure('form-not-found', seen)
}

function checkStatus(page: Page): void {
  if (page.status >= 500) throw new SignInFailure('site-down', told(page))
  if (page.status === 429) throw new SignInFailure('blocked', told(page))
}

function told({ status, url, title }: Page): string[] {
  return [`${url.pathname} answered ${status}`, ...(title === '' ? [] : [`the page is titled ${quoted(title)}`])]
}

/** Law 8: at once, before anything is sent. */
export function checkChallenge(page: Page): void {
  const challenge = behaviouralChallenge(page)
  if (challenge === undefined) return
  throw new SignInFailure('challenge', [`the sign-in page is guarded by ${challenge}, which only a person can answer`])
}

function formsInWords({ forms, status }: Page): string {
  if (status >= 400) return `answered ${status}`
  if (forms.length === 0) return 'has no form'
  const passwords = forms.filter(({ fields }) => fields.some(({ type }) => type === 'password')).length
  return passwords === 0 ? 'has no form with a password field' : 'has password fields, but in forms that are not for signing in'
}

/** Addresses that may hold the form, the likeliest first. Of the same origin; last, frames of another one that a person has enrolled. */
function waysOn(page: Page, origins: readonly string[] | undefined): URL[] {
  const byScript = leadsOn(page)
  const links = page.links
    .filter(({ text, url }) => isLoginLink(text, url))
    .sort((one, other) => Number(mentions(loginWords, other.text)) - Number(mentions(loginWords, one.text)))
    .map(({ url }) => url)
  const isOwn = ({ origin }: URL) => origin === page.url.origin
  const own = [...(byScript === undefined ? [] : [byScript]), ...page.frames, ...links].filter((url) => isOwn(url) && !samePlace(url, page.url))
  const others = page.frames.filter((url) => !isOwn(url) && (origins === undefined || origins.includes(url.origin)))
  return [...own, ...others.slice(0, mostForeign)].map(withoutHash)
}

function isLoginLink(text: string, url: URL): boolean {
  const address = url.pathname + url.search
  if (mentions(registerWords, text) || mentions(signOutWords, text, address)) return false
  return mentions(loginWords, text.slice(0, 40)) || mentions(loginWords, url.pathname)
}

function withoutHash(url: URL): URL {
  const plain = new URL(url)
  plain.hash = ''
  return plain
}
