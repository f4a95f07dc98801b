import { z } from 'zod'
import { type Adapter, SignInFailure } from './contract.ts'
import { defineAdapter } from './define-adapter.ts'
import { asksFor, isHeaderTaken, lookForScheme, type Scheme, signInByHeader } from './http-auth.ts'

const settings = z.strictObject({})

const scheme: Scheme = {
  name: 'Basic',
  credentials(page, { username, secrets: { password } }) {
    if (password === undefined) throw new SignInFailure('unknown', ['the account has no password'])
    return asksFor('Basic', page, page.header('www-authenticate')) ? { basic: { username, password } } : undefined
  },
}

/** HTTP Basic (RFC 7617): the credential goes with every request, written by the HTTP agent. */
export const basic: Adapter<z.infer<typeof settings>> = defineAdapter<z.infer<typeof settings>>({
  name: 'basic',
  api: 1,
  description: "HTTP Basic: the browser's own box for name and password",
  settings,
  signIn: (context) => signInByHeader(context, scheme),
  isSignedIn: isHeaderTaken,
  isSignedOut: ({ status }) => status === 401,
  /** RFC 7617 knows no sign-out. */
  signOut: async () => false,
  look: async (page) => lookForScheme(page, 'Basic', asksFor('Basic', page, page.header('www-authenticate'))),
})
