import type { Browser } from '../../../adapters/index.ts'
import { type Adapter, SignInFailure } from '../../../adapters/index.ts'
import type { Site } from '../../accounts/index.ts'
import { RelayError } from '../../errors.ts'
import type { PageForm } from '../contract.ts'

/**
 * The form by which a page itself signs in: what the site's declaration names (`pageForm`), else what the adapter finds on the login page.
 * Nothing is sent. `placeholder_refused`.
 */
export async function findPageForm(adapter: Adapter, site: Site, browser: Browser, settings: unknown, signal: AbortSignal): Promise<PageForm> {
  const declared = site.settings.pageForm as { action?: unknown; field?: unknown } | undefined
  if (typeof declared?.action === 'string' && typeof declared.field === 'string') {
    return checked(site, { action: new URL(declared.action, site.loginUrl), field: declared.field, charset: 'utf-8' })
  }
  const page = await browser.open(site.loginUrl)
  const look = await Promise.resolve(adapter.look?.(page, { browser, settings, signal })).catch((error: unknown) => {
    if (error instanceof SignInFailure) return undefined
    throw error
  })
  const { form, password } = look?.parts ?? {}
  if (form === undefined || password === undefined) throw refused(site, `no form with a password field was found at ${page.url.pathname}`)
  if (form.method !== 'post') throw refused(site, 'its form is not sent by POST')
  return checked(site, { action: form.action, field: password, charset: (look?.page ?? page).encoding })
}

/** Law 2: to the site's own origins, over the scheme it was enrolled with. */
function checked(site: Site, form: PageForm): PageForm {
  const isOwn = site.origins.includes(form.action.origin)
  if (!isOwn || (site.loginUrl.startsWith('https:') && form.action.protocol !== 'https:'))
    throw refused(site, `the form goes to ${form.action.origin}, which is not enrolled`)
  return form
}

function refused(site: Site, reason: string): RelayError {
  return new RelayError('placeholder_refused', { params: { account: site.id, reason } })
}
