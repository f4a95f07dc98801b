import type { Adapter, Browser, FormParts, Look, Page } from '../../../adapters/index.ts'
import { asRelayError, RelayError } from '../../errors.ts'
import type { Outbound } from '../../outbound/index.ts'
import { type BrowserLimits, createBrowser } from '../browser/index.ts'
import type { BrowserEngine } from '../browser-engine/index.ts'
import type { ProbeReport } from '../contract.ts'
import { changePagePath } from './change-page.ts'
import { adaptersFor, type Candidate, type Choice, chooseAdapter, type ProbeOptions } from './choose-adapter.ts'
import { commonPages } from './common-paths.ts'
import { authSchemes } from './http-auth.ts'
import { seenInWords } from './in-words.ts'
import { apiSettings, findLoginApi, type LoginApi } from './login-api.ts'
import { lookByScript } from './look-by-script.ts'
import { ProbeAgent } from './probe-agent.ts'
import { formName, recognise } from './recognise.ts'
import { stableLogin } from './stable-login.ts'

export interface ProbeRooms {
  readonly outbound: Outbound
  readonly adapters: ReadonlyMap<string, Adapter>
  /** For pages that show nothing without their scripts. */
  readonly engine: BrowserEngine
  readonly limits: BrowserLimits & { readonly timeoutSeconds: number }
}

interface Scene {
  readonly url: URL
  readonly browser: Browser
  readonly candidates: readonly Candidate[]
  readonly signal: AbortSignal
}

/** A page that was opened, and what the chosen adapter makes of it. */
interface Finding {
  readonly page: Page
  readonly choice: Choice
}

/**
 * Looks at a site without any secret: opens the address, follows to its sign-in, asks the adapters what they see, and tells what was
 * recognised. Sends nothing but requests for pages and scripts.
 */
export async function probe(url: URL, options: ProbeOptions, { outbound, adapters, engine, limits }: ProbeRooms): Promise<ProbeReport> {
  const agent = new ProbeAgent(outbound, { id: options.id ?? url.host, ca: options.ca, allowed: options.allowedNetworks })
  const signal = AbortSignal.timeout(limits.timeoutSeconds * 1000)
  const browser = createBrowser({ agent, limits, signal })
  const blank = { loginUrl: url.href, origins: [], adapter: options.adapter ?? 'form', settings: {}, found: [] }
  try {
    const scene = { url, browser, candidates: adaptersFor(options, adapters), signal }
    const { page, choice: atFirst } = await findLogin(scene)
    const on = atFirst.look.page ?? page
    const wantsApi = options.adapter === undefined ? needsScript(atFirst.look) : options.adapter === 'json'
    const api = wantsApi ? await findLoginApi(on, browser) : undefined
    const isDrawn = options.adapter !== undefined && adapters.get(options.adapter)?.engine === 'scripts'
    const mayDraw = isDrawn || (!atFirst.look.fits && options.adapter === undefined)
    const declared = isDrawn ? { declared: options.settings ?? {} } : {}
    const choice =
      (api === undefined || options.adapter !== undefined ? undefined : byApi(api, on, browser, adapters)) ??
      (mayDraw ? await lookByScript(on, atFirst.look, { engine, adapters, agent, limits, signal, ...declared }) : undefined) ??
      atFirst
    const { look } = choice
    const loginUrl = stableLogin(url, look.loginUrl ?? page.url)
    const again = look.fits ? await lookTwice(look, scene) : undefined
    const namesChange = again !== undefined && namesDiffer(look.parts, again)
    const changePage = look.fits ? await changePagePath(browser, loginUrl, options.settings?.changePassword) : undefined
    const seen = recognise(on, look, browser, { api, namesChange, again })
    return {
      ...blank,
      ok: look.fits,
      loginUrl: loginUrl.href,
      origins: originsOf(loginUrl, page, look),
      adapter: choice.adapter,
      settings: { ...(namesChange ? {} : stableSettings(look, again)), ...options.settings },
      networks: agent.networks,
      found: [...arrival(url, page), ...look.found, ...seenInWords(seen), ...keptOff(changePage)],
      ...(changePage === undefined ? {} : { denyPaths: [changePage] }),
      seen,
      ...(look.fits ? {} : { problem: problemOf(loginUrl.host, on, look) }),
    }
  } catch (error) {
    const failure = signal.aborted ? new RelayError('site_down', { params: { site: url.host, reason: 'it took too long' } }) : asRelayError(error)
    return { ...blank, ok: false, networks: agent.networks, problem: inShort(failure) }
  }
}

/** At the address that was given; else at the site's first page and the addresses where login pages commonly are. */
async function findLogin({ url, browser, candidates, signal }: Scene): Promise<Finding> {
  const page = await browser.open(url)
  const first = { page, choice: await chooseAdapter(candidates, page, browser, signal) }
  if (first.choice.look.fits || !mayBeElsewhere(first.choice.look, page)) return first
  const visited = new Set([url.href, page.url.href, ...page.redirects.map(({ href }) => href)])
  for await (const other of commonPages(browser, url, visited)) {
    const choice = await chooseAdapter(candidates, other, browser, signal)
    if (choice.look.fits || choice.look.problem === 'challenge') return { page: other, choice }
  }
  return first
}

/** A page that is guarded, broken or asks for HTTP authentication has told where the sign-in is: here. */
function mayBeElsewhere({ problem }: Look, page: Page): boolean {
  return page.status !== 401 && (problem === undefined || problem === 'form-not-found')
}

/** The parts of the form when it is loaded once more: some sites name their fields anew with every load, and such names are not written down. */
async function lookTwice({ parts, page, loginUrl }: Look, { url, browser, candidates, signal }: Scene): Promise<FormParts | undefined> {
  if (parts?.password === undefined || page === undefined || loginUrl?.origin !== url.origin) return undefined
  return (await chooseAdapter(candidates, await browser.open(loginUrl), browser, signal)).look.parts
}

function namesDiffer(parts: FormParts | undefined, again: FormParts): boolean {
  return again.user !== parts?.user || again.password !== parts?.password || again.captcha !== parts?.captcha
}

/** An id that the form has for one load alone names nothing: it is found by its fields then. */
function stableSettings({ settings, parts }: Look, again: FormParts | undefined): Look['settings'] {
  if (settings === undefined || parts === undefined || again === undefined || formName(parts) === formName(again)) return settings
  const { form: _, ...others } = settings
  return others
}

/** No form to send, or one that would put the password into an address: a script takes it over. */
function needsScript({ fits, parts }: Look): boolean {
  return !fits || (parts !== undefined && parts.form.method === 'get')
}

/** Signs in by the API of the page's script, where there is an adapter for that and the script tells what is sent. */
function byApi(api: LoginApi, page: Page, browser: Browser, adapters: ReadonlyMap<string, Adapter>): Choice | undefined {
  const adapter = adapters.get('json')
  const settings = apiSettings(api, page, browser)
  if (settings === undefined || adapter?.settings.safeParse(settings).success !== true) return undefined
  const fields = Object.keys(settings.body as object).map((key) => `\`${key}\``)
  const found = [`a login API at ${api.url.pathname}, which the page's script sends ${fields.join(' and ')} to`]
  return { adapter: adapter.name, isKnown: false, look: { fits: true, found, loginUrl: page.url, origins: [page.url.origin, api.url.origin], page, settings } }
}

/** Every origin that takes part from the login address on. */
function originsOf(loginUrl: URL, page: Page, look: Look): string[] {
  const passed = loginUrl.hostname === page.url.hostname ? [] : [page.url, ...page.redirects].map(({ origin }) => origin)
  return [...new Set([loginUrl.origin, ...passed, ...(look.loginUrl === undefined ? [] : [look.loginUrl.origin]), ...(look.origins ?? [])])]
}

function arrival(given: URL, page: Page): string[] {
  return page.url.href === given.href ? [] : [`${given.href} leads to ${page.url.href}`]
}

function keptOff(changePage: string | undefined): string[] {
  return changePage === undefined ? [] : [`its page for changing the password is ${changePage}: who borrows an account is kept off it (\`denyPaths\`)`]
}

function problemOf(site: string, page: Page, { problem, found }: Look): NonNullable<ProbeReport['problem']> {
  const schemes = page.status === 401 ? authSchemes(page.header('www-authenticate')) : []
  if (schemes.length > 0) return inShort(new RelayError('scheme_unknown', { params: { site, schemes: schemes.join(', ') } }))
  switch (problem) {
    case 'challenge':
    case 'blocked':
      return inShort(new RelayError('site_guarded', { params: { site, reason: found.at(-1) ?? `it answered ${page.status}` } }))
    case 'site-down':
      return inShort(new RelayError('site_down', { params: { site, reason: `it answered ${page.status}` } }))
    default:
      return inShort(new RelayError('form_not_found', { params: { site } }))
  }
}

function inShort({ code, message, next }: RelayError): NonNullable<ProbeReport['problem']> {
  return { code, text: message, next }
}
