import { z } from 'zod'
import { readDigestChallenge } from '../relay/outbound/index.ts'
import { type Adapter, type Page, SignInFailure } from './contract.ts'
import { defineAdapter } from './define-adapter.ts'
import { isHeaderTaken, lookForScheme, type Scheme, signInByHeader } from './http-auth.ts'

const settings = z.strictObject({})

const scheme: Scheme = {
  name: 'Digest',
  credentials(page, { username, secrets: { password } }) {
    if (password === undefined) throw new SignInFailure('unknown', ['the account has no password'])
    return asksForDigest(page) ? { digest: { username, password, challenge: page.header('www-authenticate') ?? '' } } : undefined
  },
}

/**
 * HTTP Digest (RFC 7616): MD5, SHA-256 and SHA-512-256, with and without `-sess`, quality of protection `auth`. The HTTP agent makes
 * the credentials of each request, counts, and takes the nonces that the site gives on the way.
 */
export const digest: Adapter<z.infer<typeof settings>> = defineAdapter<z.infer<typeof settings>>({
  name: 'digest',
  api: 1,
  description: "HTTP Digest: the browser's own box, and the password itself never leaves",
  settings,
  signIn: (context) => signInByHeader(context, scheme),
  isSignedIn: isHeaderTaken,
  isSignedOut: ({ status }) => status === 401,
  /** RFC 7616 knows no sign-out. */
  signOut: async () => false,
  look: async (page) => lookForScheme(page, 'Digest', page.status === 401 && asksForDigest(page)),
})

function asksForDigest(page: Page): boolean {
  return readDigestChallenge(page.header('www-authenticate') ?? '') !== undefined
}
