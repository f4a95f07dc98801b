import type { Adapter } from './contract.ts'
import { signedOutBy } from './signed-out-signs.ts'

/** The version of the adapter API that this relay speaks. */
export const adapterApi = 1

/**
 * An adapter as its author writes it. Say by `signedOut` what in an answer means that the session has ended; without it, a 401 or a
 * redirect to the login page does. The function `isSignedOut` is for adapters that are built in: it runs for every proxied
 * answer, and no process boundary is crossed that often.
 */
export type AdapterDefinition<S = unknown> = Omit<Adapter<S>, 'isSignedOut'> & Partial<Pick<Adapter<S>, 'isSignedOut'>>

const hooks = ['signIn', 'isSignedIn', 'isSignedOut', 'signOut'] as const
const optionalHooks = ['look', 'detect', 'passwordRules', 'changePassword', 'register'] as const

/**
 * Makes an adapter: the plugin that knows how one kind of site signs in, stays signed in and signs out.
 *
 * An adapter gets a browser without a window and opaque secrets: `form.fill('pass', secrets.password)` places a handle, and the
 * relay's HTTP agent writes the value, to the site's own origins only. `signIn` throws `SignInFailure` for what it saw. Every other
 * error it throws becomes the outcome `unknown`.
 *
 * One file in the folder that `adapters.folder` of relay.yaml names, with the adapter as its default export, or an npm package
 * `login-relay-adapter-*` installed in that folder. `login-relay/adapters` and `zod` resolve to the relay's own there; for an editor
 * to check the types, install `login-relay` beside the file. It runs in a process of its own: no files, no environment, no network
 * but the browser it is given.
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
 *   signedOut: { redirectTo: ['/logon'] },
 *   async signOut({ browser, site }) {
 *     await browser.open(new URL('/logoff', site.loginUrl))
 *     return true
 *   },
 * })
 * ```
 *
 * @throws TypeError that names what is missing or of the wrong kind.
 */
export function defineAdapter<S>(definition: AdapterDefinition<S>): Adapter<S> {
  const adapter = complete(definition)
  const problem = adapterProblem(adapter)
  if (problem !== undefined) throw new TypeError(problem)
  return adapter
}

function complete<S>(definition: AdapterDefinition<S>): Adapter<S> {
  const { isSignedOut, signedOut = {} } = definition
  return isSignedOut === undefined ? { ...definition, signedOut, isSignedOut: signedOutBy(signedOut) } : (definition as Adapter<S>)
}

/** What is wrong with the shape of an adapter that comes from outside; undefined: nothing. */
export function adapterProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'it is not made by defineAdapter'
  const adapter = value as Partial<Record<keyof Adapter, unknown>>
  if (typeof adapter.name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(adapter.name)) return 'name must be lower-case letters, digits and hyphens'
  if (adapter.api !== adapterApi) return apiProblem(adapter.api)
  if (typeof adapter.description !== 'string' || adapter.description.trim() === '') return 'description must say in a line what it is for'
  if (typeof (adapter.settings as { safeParse?: unknown } | undefined)?.safeParse !== 'function') return 'settings must be a zod schema'
  const missing = hooks.find((hook) => typeof adapter[hook] !== 'function')
  if (missing !== undefined) return `${missing} must be a function`
  const unfit = optionalHooks.find((hook) => adapter[hook] !== undefined && typeof adapter[hook] !== 'function')
  return unfit === undefined ? signedOutProblem(adapter.signedOut) : `${unfit} must be a function where it is given`
}

/** Why an adapter that says it needs this version of the API cannot be used. */
export function apiProblem(api: unknown): string {
  if (typeof api !== 'number') return `api must be ${adapterApi}: this relay knows no other`
  const needs = `it needs version ${api} of the adapter API, and this relay knows ${adapterApi}`
  return api > adapterApi ? `${needs}: update login-relay` : `${needs}: it is too old`
}

function signedOutProblem(signs: unknown): string | undefined {
  if (signs === undefined) return undefined
  const { status = [], redirectTo = [], removedCookies = [], ...unknown } = Object(signs) as Record<string, unknown>
  const [key] = Object.keys(unknown)
  if (typeof signs !== 'object' || key !== undefined) return `signedOut knows status, redirectTo and removedCookies${key === undefined ? '' : `, not ${key}`}`
  if (!isListOf('number', status)) return 'signedOut.status must be a list of numbers'
  if (!isListOf('string', redirectTo) || !redirectTo.every((path) => String(path).startsWith('/'))) return 'signedOut.redirectTo must be a list of paths'
  return isListOf('string', removedCookies) ? undefined : 'signedOut.removedCookies must be a list of names'
}

function isListOf(type: 'string' | 'number', value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.every((one) => typeof one === type)
}
