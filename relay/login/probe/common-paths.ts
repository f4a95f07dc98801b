import type { Browser, Page } from '../../../adapters/index.ts'

/** Where login pages of common products and frameworks stand, the commonest first. */
const paths = [
  '/login',
  '/signin',
  '/sign-in',
  '/user/login',
  '/users/sign_in',
  '/accounts/login/',
  '/auth/login',
  '/account/login',
  '/admin/login/',
  '/admin/',
  '/wp-login.php',
  '/login.php',
  '/login.jsp',
  '/login.html',
  '/index.php/login',
  '/session/new',
]

/** Pages at the common addresses of this origin, one after another, without those that are not there or were seen already. */
export async function* commonPages(browser: Browser, { origin }: URL, visited: ReadonlySet<string>): AsyncGenerator<Page> {
  for (const path of paths) {
    const address = new URL(path, origin)
    if (visited.has(address.href)) continue
    const page = await browser.open(address)
    if (page.status < 400 || page.status === 401) yield page
  }
}
