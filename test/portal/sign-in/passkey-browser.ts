import type { Browser, CDPSession, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Person, StartedPortal } from '../start-portal.ts'

/** A page with an authenticator that Chromium plays itself, always with a willing user. */
export interface PasskeyBrowser {
  readonly page: Page
  readonly cdp: CDPSession
  readonly authenticatorId: string
  /** The portal by the name at which passkeys work. */
  readonly url: string
}

export async function openPasskeyBrowser(t: Test, browser: Browser, relay: Pick<StartedPortal, 'portalUrl'>): Promise<PasskeyBrowser> {
  const context = await browser.newContext()
  t.teardown(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { page, cdp, authenticatorId, url: relay.portalUrl.replace('127.0.0.1', 'localhost') }
}

/** Signs in by password and adds a passkey by the page. */
export async function addPasskey({ page, url }: PasskeyBrowser, { user, password }: Person): Promise<void> {
  await page.goto(`${url}/sign-in?next=/security`)
  await page.getByLabel('Your name').fill(user.name)
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByLabel('Name of a new one').fill('Phone')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('The passkey is added.').waitFor()
}

/** What the authenticator answers to the options of the sign-in page, after `change` (a JavaScript expression on `options`). */
export function answerOf(page: Page, options: string, change = 'options'): Promise<string> {
  return page.evaluate(`(async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${change})
    return JSON.stringify(await navigator.credentials.get({ publicKey }))
  })(${options})`)
}

/** The options that the sign-in page would ask with. */
export function fetchOptions(page: Page): Promise<string> {
  return page.evaluate(`fetch('/sign-in/passkey').then((answer) => answer.text())`)
}

/** Sends an answer as the sign-in page would: 303 when it signed in. */
export function sendAnswer(page: Page, response: string): Promise<number> {
  return page.evaluate(`(async () => {
    const csrf = document.querySelector('[name="csrf"]').value
    const body = new URLSearchParams({ csrf, next: '/', response: ${JSON.stringify(response)} })
    const { type, status } = await fetch('/sign-in/passkey', { method: 'POST', redirect: 'manual', body })
    return type === 'opaqueredirect' ? 303 : status
  })()`)
}
