import type { Browser } from '../../../adapters/index.ts'

/** W3C, "A Well-Known URL for Changing Passwords". */
const wellKnown = '/.well-known/change-password'
/** "Detecting the reliability of HTTP status codes": no site has it. */
const nowhere = '/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200'

/**
 * The path of the site's page for changing the password, where it can be told without signing in: the one that is declared, or where the
 * well-known address leads to first. Undefined: it cannot.
 */
export async function changePagePath(browser: Browser, loginUrl: URL, declared: unknown): Promise<string | undefined> {
  if (typeof declared === 'string') return pathAt(URL.parse(declared, loginUrl.href), loginUrl)
  try {
    const path = pathAt(await firstStop(browser, new URL(wellKnown, loginUrl)), loginUrl)
    if (path === undefined) return undefined
    // A site that leads everybody to its sign-in, whatever he asks for, says nothing by that.
    return path === (await firstStop(browser, new URL(nowhere, loginUrl)))?.pathname ? undefined : path
  } catch {
    return undefined
  }
}

/** Where an address leads to first: on from there it may lead to the sign-in, for who asks is not signed in. */
async function firstStop(browser: Browser, address: URL): Promise<URL | null> {
  const { redirects, url, status } = await browser.open(address)
  return status >= 400 ? null : ([...redirects, url].find(({ href }) => href !== address.href) ?? null)
}

function pathAt(url: URL | null, { origin, pathname }: URL): string | undefined {
  return url === null || url.origin !== origin || url.pathname === pathname || url.pathname === '/' ? undefined : url.pathname
}
