import { z } from 'zod'
import { type Adapter, SignInFailure } from './contract.ts'
import { defineAdapter } from './define-adapter.ts'

const settings = z.strictObject({})

/** HTTP Basic (RFC 7617): the credential goes with every request, written by the HTTP agent. */
export const basic: Adapter<z.infer<typeof settings>> = defineAdapter<z.infer<typeof settings>>({
  name: 'basic',
  api: 1,
  description: "HTTP Basic: the browser's own box for name and password",
  settings,

  async signIn({ browser, site, username, secrets, step }) {
    const { password } = secrets
    if (password === undefined) throw new SignInFailure('unknown', ['the account has no password'])
    const asked = await browser.open(site.loginUrl)
    step('page', `login page asked for: ${asked.status}`)
    if (asked.status >= 500) throw new SignInFailure('site-down', [`the site answered ${asked.status}`])
    if (!asksForBasic(asked.status, asked.header('www-authenticate'))) {
      throw new SignInFailure('form-not-found', [`${asked.url.pathname} answered ${asked.status} and does not ask for HTTP Basic`])
    }
    const value = { basic: { username, password } } as const
    const answer = await browser.open(asked.url, { authorization: value })
    step('send', 'credential sent')
    if (answer.status === 401) throw new SignInFailure('wrong-password', ['the site answered 401 to the credential'])
    if (answer.status === 403 || answer.status === 429) throw new SignInFailure('blocked', [`the site answered ${answer.status} to the credential`])
    if (answer.status >= 500) throw new SignInFailure('site-down', [`the site answered ${answer.status}`])
    if (answer.status >= 400) throw new SignInFailure('unknown', [`the site answered ${answer.status} to the credential`])
    return {
      landingUrl: site.landingUrl ?? answer.url,
      headers: [{ name: 'authorization', value }],
      evidence: [`401 without the credential, ${answer.status} with it`],
    }
  },

  async isSignedIn({ browser, site }) {
    const { status } = await browser.open(site.landingUrl ?? site.loginUrl)
    if (status >= 500) throw new SignInFailure('site-down', [`the site answered ${status}`])
    return status !== 401
  },

  isSignedOut: ({ status }) => status === 401,

  /** RFC 7617 knows no sign-out. */
  signOut: async () => false,

  async look(page) {
    const challenge = page.header('www-authenticate')
    if (!asksForBasic(page.status, challenge)) return { fits: false, found: [] }
    const realm = /realm="([^"]*)"/i.exec(challenge ?? '')?.[1]
    return {
      fits: true,
      found: [`HTTP Basic at ${page.url.pathname}${realm === undefined ? '' : `, realm "${realm.slice(0, 80)}"`}`],
      loginUrl: page.url,
      origins: [page.url.origin],
    }
  },
})

/** RFC 9110 section 11.6.1: challenges stand in a list; a parameter may hold the word in quotes. */
function asksForBasic(status: number, challenge: string | undefined): boolean {
  return status === 401 && challenge !== undefined && /(?:^|,)\s*basic(?:\s|$|,)/i.test(challenge.replace(/"[^"]*"/g, '""'))
}
