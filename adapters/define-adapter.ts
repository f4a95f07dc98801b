import type { Adapter } from './contract.ts'

const hooks = ['signIn', 'isSignedIn', 'isSignedOut', 'signOut'] as const
const optionalHooks = ['look', 'detect', 'changePassword', 'register'] as const

/**
 * Makes an adapter: the plugin that knows how one kind of site signs in, stays signed in and signs out.
 *
 * An adapter gets a browser without a window and opaque secrets: `form.fill('pass', secrets.password)` places a handle, and the
 * relay's HTTP agent writes the value, to the site's own origins only. `signIn` throws `SignInFailure` for what it saw. Every other
 * error it throws becomes the outcome `unknown`.
 *
 * One file in the folder that `adapters.folder` of relay.yaml names, with the adapter as its default export. `login-relay/adapters`
 * and `zod` resolve to the relay's own there; for an editor to check the types, install `login-relay` beside the file.
 *
 * @example
 * ```ts
 * import { defineAdapter, SignInFailure } from 'login-relay/adapters'
 * import { z } from 'zod'
 *
 * export default defineAdapter({
 *   name: 'acme-erp',
 *   api: 1,
 *   description: 'ACME ERP 9: asks for a company beside name and password',
 *   settings: z.strictObject({ company: z.string() }),
 *
 *   async signIn({ browser, site, settings, username, secrets, step }) {
 *     const page = await browser.open(site.loginUrl)
 *     const form = page.forms.find(({ id }) => id === 'logon')
 *     if (form === undefined || secrets.password === undefined) throw new SignInFailure('form-not-found', ['no form with the id logon'])
 *     const answer = await form.fill('company', settings.company).fill('user', username).fill('pass', secrets.password).submit()
 *     step('send', 'form sent')
 *     if (answer.text.includes('not known')) throw new SignInFailure('wrong-password', ['the page says that the user is not known'])
 *     if (browser.cookies.names(answer.url).includes('ACMESESSION')) return { landingUrl: answer.url, evidence: ['the cookie ACMESESSION was set'] }
 *     throw new SignInFailure('unknown', [`the page ${answer.title}`])
 *   },
 *   async isSignedIn({ browser, site }) {
 *     return (await browser.open(site.loginUrl)).query('#logon').length === 0
 *   },
 *   isSignedOut: ({ status, location }, { loginUrl }) => status === 302 && location?.pathname === loginUrl.pathname,
 *   async signOut({ browser, site }) {
 *     await browser.open(new URL('/logoff', site.loginUrl))
 *     return true
 *   },
 * })
 * ```
 *
 * @throws TypeError that names what is missing or of the wrong kind.
 */
export function defineAdapter<S>(adapter: Adapter<S>): Adapter<S> {
  const problem = adapterProblem(adapter)
  if (problem !== undefined) throw new TypeError(problem)
  return adapter
}

/** What is wrong with the shape of an adapter that comes from outside; undefined: nothing. */
export function adapterProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it is not made by defineAdapter'
  const adapter = value as Partial<Record<keyof Adapter, unknown>>
  if (typeof adapter.name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(adapter.name)) return 'name must be lower-case letters, digits and hyphens'
  if (adapter.api !== 1) return 'api must be 1: this relay knows no other'
  if (typeof adapter.description !== 'string' || adapter.description.trim() === '') return 'description must say in a line what it is for'
  if (typeof (adapter.settings as { safeParse?: unknown } | undefined)?.safeParse !== 'function') return 'settings must be a zod schema'
  const missing = hooks.find((hook) => typeof adapter[hook] !== 'function')
  if (missing !== undefined) return `${missing} must be a function`
  const unfit = optionalHooks.find((hook) => adapter[hook] !== undefined && typeof adapter[hook] !== 'function')
  return unfit === undefined ? undefined : `${unfit} must be a function where it is given`
}
