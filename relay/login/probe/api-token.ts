import type { Browser, Page } from '../../../adapters/index.ts'

/** Cookies whose value a page's script sends back in a header, as the frameworks that set them have it: Angular and axios, Django. */
const doubled = [
  ['XSRF-TOKEN', 'X-XSRF-TOKEN'],
  ['csrftoken', 'X-CSRFToken'],
] as const

/** Headers of a page whose value a script sends back in a header of the same name. */
export const csrfHeaders: readonly string[] = ['X-CSRF-Token', 'X-XSRF-Token', 'X-CSRFToken']

/**
 * What a login API holds against forged requests, as settings of its adapter: a meta element of the page (Rails and Laravel; Spring, which
 * names the header beside it), a cookie or a header of the page that goes back as a header. Empty: nothing that is known.
 */
export function apiToken(page: Page, browser: Browser): Readonly<Record<string, unknown>> {
  const content = (name: string) => page.query(`meta[name="${name}"]`)[0]?.attribute('content') ?? ''
  const meta = ['csrf-token', '_csrf'].find((name) => content(name) !== '')
  if (meta !== undefined) {
    const named = content('_csrf_header')
    const header = meta === '_csrf' && /^[\w-]{1,60}$/.test(named) ? named : 'X-CSRF-TOKEN'
    return { page: true, read: { csrf: { meta } }, headers: { [header]: '{csrf}' } }
  }
  const names = browser.cookies.names(page.url)
  const [cookie, header] = doubled.find(([name]) => names.includes(name)) ?? []
  if (cookie !== undefined && header !== undefined) return { page: true, headers: { [header]: { cookie } } }
  const given = csrfHeaders.find((name) => (page.header(name) ?? '') !== '')
  return given === undefined ? {} : { page: true, read: { csrf: { header: given } }, headers: { [given]: '{csrf}' } }
}
