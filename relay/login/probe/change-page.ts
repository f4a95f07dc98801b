import type { Browser } from '../../../adapters/index.ts'

/** W3C, "A Well-Known URL for Changing Passwords". */
const wellKnown = '/.well-known/change-password'

/**
 * The path of the site's page for changing the password, where it can be told without signing in: the one that is declared, or where the
 * well-known address leads to first. Undefined: it cannot.
 */
export async function changePagePath(browser: Browser, loginUrl: URL, declared: unknown): Promise<string | undefined> {
  if (typeof declared === 'string') return pathAt(URL.parse(declared, loginUrl.href), loginUrl)
  try {
    const address = new URL(wellKnown, loginUrl)
    const { redirects, url, status } = await browser.open(address)
    if (status >= 400) return undefined
    // On from there it may lead to the sign-in: who asks is not signed in.
    return pathAt([...redirects, url].find(({ href }) => href !== address.href) ?? null, loginUrl)
  } catch {
    return undefined
  }
}

function pathAt(url: URL | null, { origin, pathname }: URL): string | undefined {
  return url === null || url.origin !== origin || url.pathname === pathname || url.pathname === '/' ? undefined : url.pathname
}
