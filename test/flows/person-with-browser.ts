import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Site } from '../../relay/accounts/index.ts'
import { findChromium, launchChromium, wantedChromium } from '../chromium.ts'
import { createTestAuthority } from '../outbound/certificates.ts'
import type { SiteOptions } from '../sites/serve.ts'
import { type Enrolled, enrol, type StartedRelay, startRelay } from '../start-relay.ts'
import { tempFolder } from '../temp-folder.ts'
import { findCertutil, trustAuthority, wantedCertutil } from '../trust-authority.ts'

/** Why these tests are skipped; false: all they need is here. */
export const skipBrowser = findChromium() === undefined ? wantedChromium : findCertutil() === undefined ? wantedCertutil : false

/** The site's name: the relay's resolver knows it, the browser leaves names to the proxy. */
export const siteHost = 'erp.test'

export interface PersonWithBrowser<S> extends Omit<Enrolled, 'site'> {
  readonly relay: StartedRelay
  /** The business server, over HTTPS; its own CA is known to the relay alone. */
  readonly site: S
  readonly page: Page
  readonly context: BrowserContext
  /** Signs in to the portal by its page. */
  signIn(): Promise<void>
}

export interface PersonOptions {
  readonly delivery?: Site['delivery']
  readonly browser?: BrowserContextOptions
  /** Whether the browser trusts the relay's CA. */
  readonly trusting?: boolean
  /** Whether the browser reaches the portal through the proxy too. */
  readonly everything?: boolean
}

interface StartedSite {
  readonly url: string
  readonly accounts: readonly { readonly username: string; readonly password: string }[]
  stop(): Promise<void>
}

/**
 * A person as the set-up page makes one: Chromium with the relay as its proxy and the relay's CA in its own trust store, the portal
 * reached directly unless `everything` goes through the proxy. Certificates are checked as always.
 */
export async function personWithBrowser<S extends StartedSite>(
  t: Test,
  startSite: (options: SiteOptions) => Promise<S>,
  { delivery = 'attach', browser: options = {}, trusting = true, everything = false }: PersonOptions = {},
): Promise<PersonWithBrowser<S>> {
  const authority = await createTestAuthority()
  const site = await startSite({ tls: await authority.issue(siteHost), host: siteHost })
  t.teardown(() => site.stop())
  const relay = await startRelay(t, { hosts: { [siteHost]: '127.0.0.1' }, config: { login: { captchaTries: 10 } } })
  const [account] = site.accounts
  if (account === undefined) throw new Error('the site has no account')
  const enrolled = await enrol(relay, { url: site.url, ...account, ca: authority.cert, delivery })
  const home = await tempFolder(t)
  if (trusting) await trustAuthority(home, relay.certificateAuthority.pem())
  const { name: username, token: password } = enrolled.device
  const browser = await launchChromium({
    env: { HOME: home, XDG_CONFIG_HOME: `${home}/.config`, XDG_DATA_HOME: `${home}/.local/share` },
    proxy: { server: `http://${relay.proxy.address}`, username, password, ...(everything ? {} : { bypass: new URL(relay.portalUrl).hostname }) },
  })
  t.teardown(() => browser.close())
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  return {
    ...enrolled,
    relay,
    site,
    page,
    context,
    async signIn() {
      await page.getByLabel('Your name').fill(enrolled.user.name)
      await page.getByLabel('Your password').fill(enrolled.portalPassword)
      await page.getByRole('button', { name: 'Sign in' }).click()
    },
  }
}
