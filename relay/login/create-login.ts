import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { ZodType } from 'zod'
import { type Adapter, type ResponseFacts, SignInFailure, type SiteFacts } from '../../adapters/index.ts'
import { type CaptchaReader, type CaptchaStats, SiteMemory } from '../../captcha/index.ts'
import type { Config } from '../../config/index.ts'
import type { Site } from '../accounts/index.ts'
import { RelayError } from '../errors.ts'
import type { Outbound, Route, TypingAgent } from '../outbound/index.ts'
import { Secret } from '../vault/index.ts'
import { createBrowser, type WindowlessBrowser } from './browser/index.ts'
import { type BrowserEngine, createBrowserEngine } from './browser-engine/index.ts'
import type { CaptchaMemories } from './captcha/captcha-memories.ts'
import type { Login, PageForm, PasswordChangeRequest, PasswordSetOutcome, SessionState, SignInOutcome, SignInRequest } from './contract.ts'
import { CookieJar } from './cookies/index.ts'
import type { SignInTrace } from './evidence/contract.ts'
import { RecentTraces } from './evidence/recent-traces.ts'
import type { IsolationLimits } from './isolation/index.ts'
import { type LoadedAdapters, loadAdapters } from './load-adapters.ts'
import { changePassword } from './new-password/change-password.ts'
import { register } from './new-password/register.ts'
import type { SetPasswordRooms } from './new-password/set-password.ts'
import { probe } from './probe/probe.ts'
import { withSessionHeaders } from './session-agent.ts'
import { findPageForm } from './sign-in/page-form.ts'
import { RefusedPasswords } from './sign-in/refused-passwords.ts'
import { signIn, siteOf } from './sign-in/sign-in.ts'

export interface LoginOptions {
  readonly outbound: Outbound
  /** Called at the first captcha. */
  readonly openReader: () => Promise<CaptchaReader>
  /** Where what captchas teach is kept; without it nothing is learned. */
  readonly memories?: CaptchaMemories
  readonly settings: Config['login']
  readonly adaptersFolder?: string
  /** What an adapter of one's own may use. */
  readonly isolation: IsolationLimits
  readonly log: Logger
}

export function createLogin(options: LoginOptions): Login {
  return new Engine(options)
}

class Engine implements Login {
  readonly #options: LoginOptions
  readonly #refused = new RefusedPasswords()
  readonly #traces = new RecentTraces()
  readonly #flights = new Map<string, Promise<SignInOutcome>>()
  /** Settings and addresses of a site, parsed once: `looksSignedOut` runs for every proxied answer. */
  readonly #facts = new WeakMap<Site, { readonly adapter: Adapter; readonly site: SiteFacts }>()
  readonly #engine: BrowserEngine
  #adapters: ReadonlyMap<string, Adapter> = new Map()
  #loaded: LoadedAdapters | undefined
  #reader: Promise<CaptchaReader> | undefined

  constructor(options: LoginOptions) {
    this.#options = options
    const { settings, log } = options
    this.#engine = createBrowserEngine({ path: settings.browser, onProblem: (error) => log.warn({ err: error }, 'the browser did not end as it should') })
  }

  async start(): Promise<void> {
    this.#loaded = await loadAdapters(this.#options.adaptersFolder, this.#options.isolation)
    this.#adapters = new Map([...this.#loaded.byName].map(([name, { adapter }]) => [name, adapter]))
    await this.#options.memories?.start()
    if (this.#engine.program !== undefined && this.#engine.isWithoutSandbox) {
      this.#options.log.warn('the relay runs as root: Chromium runs without its own sandbox, for sites that need scripts; run the relay as another user')
    }
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#flights.values())
    await this.#loaded?.stop()
    await this.#engine.stop()
    await this.#options.memories?.stop()
    const reader = this.#reader
    this.#reader = undefined
    await (await reader?.catch(() => undefined))?.close()
  }

  get adapters(): Login['adapters'] {
    return [...(this.#loaded?.byName.values() ?? [])].map(({ adapter: { name, description }, from }) => ({ name, description, from }))
  }

  settingsSchema(name: string): ZodType | undefined {
    return this.#adapters.get(name)?.settings
  }

  /** One sign-in per account at a time: who asks meanwhile gets the same outcome (law 3). */
  signIn(request: SignInRequest): Promise<SignInOutcome> {
    const { account } = request
    const present = this.#flights.get(account.id)
    if (present !== undefined) return present
    const flight = this.#signInOnce(request).finally(() => this.#flights.delete(account.id))
    this.#flights.set(account.id, flight)
    return flight
  }

  async #signInOnce(request: SignInRequest): Promise<SignInOutcome> {
    const { account, site } = request
    if (this.#refused.has(account)) return refusedBefore
    const adapter = this.#adapter(site.adapter)
    const { outbound, settings, log, memories } = this.#options
    const outcome = await signIn(adapter, request, {
      outbound,
      settings,
      engine: this.#engine,
      reader: () => this.#openReader(),
      onReaderFailure: (error) => log.warn({ site: site.id, err: error }, 'the captcha reader failed'),
      memory: async () => memories?.of(site) ?? new SiteMemory(),
      onCaptchaOutcome: (outcome) => void memories?.learn(site, outcome),
    })
    if (!outcome.ok && outcome.kind === 'wrong-password') this.#refused.note(account)
    if (outcome.ok && outcome.trace !== undefined) this.#traces.keep(account.id, outcome.trace)
    return outcome
  }

  traceOf(accountId: string): SignInTrace | undefined {
    return this.#traces.get(accountId)
  }

  async tryWrong({ site, account, ask, signal }: Parameters<Login['tryWrong']>[0]): ReturnType<Login['tryWrong']> {
    const password = new Secret(madeUpPassword(), {
      account: account.id,
      field: 'password',
      origins: site.origins.filter((origin) => isSecretOrigin(origin, site)),
    })
    const credential = { username: account.username, secrets: { password } }
    // Not the account itself: what the site says of a password nobody has is nothing against the real one.
    const outcome = await this.#signInOnce({ site, account: { ...account, id: `wrong on purpose: ${account.id}` }, credential, ask, signal, onStep: () => {} })
    if (outcome.ok || outcome.kind !== 'wrong-password') return { isRefused: false }
    const trace = outcome.trace?.()
    return { isRefused: true, ...(trace === undefined ? {} : { trace }) }
  }

  async captchaStats(site: Site): Promise<CaptchaStats> {
    return ((await this.#options.memories?.of(site)) ?? new SiteMemory()).stats()
  }

  async isSignedIn(state: SessionState): Promise<boolean> {
    return this.#withSession(state, (adapter, context) => adapter.isSignedIn(context))
  }

  async signOut(state: SessionState): Promise<boolean> {
    return this.#withSession(state, (adapter, context) => adapter.signOut(context))
  }

  canChangePassword({ adapter }: Site): boolean {
    return this.#adapters.get(adapter)?.changePassword !== undefined
  }

  changePassword(request: PasswordChangeRequest): Promise<PasswordSetOutcome> {
    return changePassword(this.#adapter(request.site.adapter), request, this.#setting)
  }

  canRegister({ adapter }: Site): boolean {
    return this.#adapters.get(adapter)?.register !== undefined
  }

  register: Login['register'] = (request) => register(this.#adapter(request.site.adapter), request, this.#setting)

  get #setting(): SetPasswordRooms {
    const { outbound, settings } = this.#options
    return { outbound, settings, openBrowser: (...given) => this.#browserWith(...given) }
  }

  pageForm(site: Site, route?: Route): Promise<PageForm> {
    const state = { site, cookies: CookieJar.create().serialise(), headers: [], ...(route === undefined ? {} : { route }) }
    return this.#withSession(state, (adapter, { browser, settings, signal }) => findPageForm(adapter, site, browser, settings, signal))
  }

  looksSignedOut(site: Site, facts: ResponseFacts): boolean {
    let known = this.#facts.get(site)
    if (known === undefined) {
      const adapter = this.#adapter(site.adapter)
      known = { adapter, site: { loginUrl: new URL(site.loginUrl), origins: site.origins, settings: parseSettings(adapter, site) } }
      this.#facts.set(site, known)
    }
    return known.adapter.isSignedOut(facts, known.site)
  }

  probe: Login['probe'] = (url, options = {}) =>
    probe(url, options, { outbound: this.#options.outbound, adapters: this.#adapters, engine: this.#engine, limits: this.#options.settings })

  async #withSession<T>(state: SessionState, ask: (adapter: Adapter, context: Parameters<Adapter['isSignedIn']>[0]) => Promise<T>): Promise<T> {
    const { landingUrl } = state
    const site = landingUrl === undefined ? state.site : { ...state.site, landingUrl }
    const adapter = this.#adapter(site.adapter)
    const signal = AbortSignal.timeout(this.#options.settings.timeoutSeconds * 1000)
    const browser = this.#browserWith(state, adapter, this.#options.outbound.agent(state.site, { route: state.route }), signal)
    try {
      return await ask(adapter, { browser, site: siteOf(site), settings: parseSettings(adapter, site), signal })
    } catch (error) {
      if (error instanceof SignInFailure) throw new RelayError('site_down', { params: { site: site.id, reason: error.seen.join('; ') }, cause: error })
      throw error
    } finally {
      await browser.close?.()
    }
  }

  #browserWith({ site, cookies, headers, storage = [] }: SessionState, { engine }: Adapter, agent: TypingAgent, signal: AbortSignal): WindowlessBrowser {
    const options = { jar: CookieJar.restore(cookies), limits: this.#options.settings, signal }
    // The site's own scripts add the headers, by what they find in storage.
    if (engine === 'scripts') return this.#engine.open({ ...options, agent, origins: site.origins, storage })
    return createBrowser({ ...options, agent: withSessionHeaders(agent, headers) })
  }

  #openReader(): Promise<CaptchaReader> {
    this.#reader ??= this.#options.openReader().catch((error) => {
      // The next captcha tries anew.
      this.#reader = undefined
      throw error
    })
    return this.#reader
  }

  #adapter(name: string): Adapter {
    const adapter = this.#adapters.get(name)
    if (adapter === undefined) throw new RelayError('adapter_unknown', { params: { adapter: name, adapters: [...this.#adapters.keys()].join(', ') } })
    return adapter
  }
}

const refusedBefore: SignInOutcome = {
  ok: false,
  kind: 'wrong-password',
  sent: false,
  seen: ['the site has refused this password before: it is not sent again until it is replaced'],
  steps: [],
  timing: { total: 0, network: 0, captcha: 0, person: 0, relay: 0 },
}

/** Settings that no longer fit their schema are the business of the next sign-in, which says so. */
function parseSettings(adapter: Adapter, { settings }: Site): unknown {
  const parsed = adapter.settings.safeParse(settings)
  return parsed.success ? parsed.data : settings
}

/** It fits what sites ask of passwords, and is nobody's. */
function madeUpPassword(): string {
  return `Aa1-${randomBytes(9).toString('base64url')}`
}

/** A site that signs in over https gets nothing over http (law 2). */
function isSecretOrigin(origin: string, { loginUrl }: Site): boolean {
  return origin.startsWith('https:') || !loginUrl.startsWith('https:')
}
