import { type Page, type SignInContext, SignInFailure } from '../../contract.ts'
import { quoted } from '../answers/judge.ts'
import { findSignInForm } from '../fields/find-form.ts'
import { pagesOn } from '../pages-on.ts'
import type { FormSettings } from '../settings.ts'
import { mentions, signOutWords } from '../words.ts'
import { changeWords, settingsWords } from './change-words.ts'
import { type ChangeForm, findChangeForm } from './find-change-form.ts'

export interface ChangePage {
  readonly page: Page
  readonly found: ChangeForm
}

type Context = Pick<SignInContext<FormSettings>, 'browser' | 'site' | 'settings'>

/** W3C, "A Well-Known URL for Changing Passwords". */
const wellKnown = '/.well-known/change-password'
const mostPages = 6

/**
 * The page with the form for changing the password: where the settings say it is; else by the well-known address, or the links that a
 * person would follow. Nothing is sent. `SignInFailure` with what was seen instead.
 */
export async function findChangePage(context: Context): Promise<ChangePage> {
  const { browser, site, settings } = context
  const declared = settings.changePassword
  if (declared !== undefined) {
    const page = await browser.open(new URL(declared, site.loginUrl))
    return foundOn(page, context) ?? notFound([told(page, context)])
  }
  const seen: string[] = []
  const next = [new URL(wellKnown, site.loginUrl), landingOf(context)]
  for await (const page of pagesOn(browser, next, mostPages)) {
    const found = foundOn(page, context)
    if (found !== undefined) return found
    seen.push(told(page, context))
    next.push(...waysOn(page))
    next.sort((one, other) => likeliness(other) - likeliness(one))
  }
  return notFound([...seen, 'name the page in the setting `changePassword`'])
}

function foundOn(page: Page, { settings }: Context): ChangePage | undefined {
  const found = page.status < 400 ? findChangeForm(page, settings.changeFields) : undefined
  return found === undefined ? undefined : { page, found }
}

function landingOf({ site, settings }: Context): URL {
  if (settings.landing !== undefined) return new URL(settings.landing, site.loginUrl)
  return site.landingUrl ?? new URL('/', site.loginUrl)
}

/** Of the same origin only: what else takes part is enrolled by a person. */
function waysOn({ links, url: { origin } }: Page): URL[] {
  return links
    .filter(({ text, url }) => url.origin === origin && !mentions(signOutWords, text, url.pathname + url.search))
    .filter(({ text, url }) => mentions(changeWords, text.slice(0, 60), url.pathname + url.search) || mentions(settingsWords, text.slice(0, 40), url.pathname))
    .map(({ text, url }) => {
      // The words of a link count as those of its address.
      const way = new URL(url)
      way.hash = mentions(changeWords, text.slice(0, 60)) ? 'change-password' : ''
      return way
    })
}

function likeliness({ pathname, search, hash }: URL): number {
  return pathname === wellKnown ? 2 : Number(mentions(changeWords, pathname + search, hash))
}

function told(page: Page, { settings }: Context): string {
  const asks = findSignInForm(page, settings)?.password !== undefined
  const what = page.status >= 400 ? `answered ${page.status}` : asks ? 'asks to sign in' : 'has no form for changing the password'
  return `the page ${page.url.pathname} titled ${quoted(page.title)} ${what}`
}

function notFound(seen: readonly string[]): never {
  throw new SignInFailure('form-not-found', seen)
}
