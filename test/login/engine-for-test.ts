import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { Challenge } from '../../adapters/index.ts'
import { type CaptchaReader, openReader } from '../../captcha/index.ts'
import { type Config, configSchema } from '../../config/index.ts'
import type { Account, Site } from '../../relay/accounts/index.ts'
import { type CaptchaMemories, createLogin, type Login, type LoginStep, type SignInOutcome } from '../../relay/login/index.ts'
import { Secret } from '../../relay/vault/index.ts'
import { outboundForTest } from '../outbound/outbound-for-test.ts'

export interface EngineOptions {
  readonly settings?: Partial<Config['login']>
  readonly adaptersFolder?: string
  readonly isolation?: { readonly megabytes: number; readonly stallSeconds: number }
  readonly openReader?: () => Promise<CaptchaReader>
  /** Where what captchas teach is kept; default: nowhere. */
  readonly memories?: CaptchaMemories
  /** Hosts and their addresses; others lead to loopback. */
  readonly addresses?: Readonly<Record<string, readonly string[]>>
}

/** A sign-in engine over real connections, stopped with the test. */
export async function startEngine(t: Test, options: EngineOptions = {}): Promise<Login> {
  const { adaptersFolder } = options
  const login = createLogin({
    outbound: outboundForTest(t, options.addresses),
    openReader: options.openReader ?? (() => openReader({ workers: 1 })),
    ...(options.memories === undefined ? {} : { memories: options.memories }),
    settings: { ...configSchema.parse({}).login, retryMilliseconds: 1, ...options.settings },
    log: pino({ level: 'silent' }),
    isolation: options.isolation ?? { megabytes: 256, stallSeconds: 5 },
    ...(adaptersFolder === undefined ? {} : { adaptersFolder }),
  })
  await login.start()
  t.teardown(() => login.stop())
  return login
}

export interface Visit {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly adapter?: string
  readonly settings?: Readonly<Record<string, unknown>>
  /** Beside the one of the login address. */
  readonly origins?: readonly string[]
  /** Of the site, but not of its secrets. */
  readonly siteOrigins?: readonly string[]
  readonly ca?: string
  readonly landingUrl?: string
  readonly account?: Account
  readonly ask?: (challenge: Challenge) => Promise<string>
  readonly onStep?: (step: LoginStep) => void
  readonly signal?: AbortSignal
}

export function signIn(login: Login, visit: Visit): Promise<SignInOutcome> {
  const enrolled = siteFor(visit)
  const scope = { account: 'account', field: 'password', origins: enrolled.origins }
  const site = { ...enrolled, origins: [...enrolled.origins, ...(visit.siteOrigins ?? [])] }
  return login.signIn({
    site,
    account: visit.account ?? newAccount(),
    credential: { username: visit.username, secrets: { password: new Secret(visit.password, scope) } },
    onStep: visit.onStep ?? (() => {}),
    ask: visit.ask ?? (() => Promise.reject(new Error('nobody is there'))),
    signal: visit.signal ?? new AbortController().signal,
  })
}

export function siteFor({ url, adapter = 'form', settings = {}, origins = [], ca, landingUrl }: Omit<Visit, 'username' | 'password'>): Site {
  return {
    id: 'site',
    origins: [new URL(url).origin, ...origins],
    loginUrl: url,
    adapter,
    settings,
    delivery: 'attach',
    networks: ['loopback'],
    createdAt: 0,
    ...(ca === undefined ? {} : { ca }),
    ...(landingUrl === undefined ? {} : { landingUrl }),
  }
}

export function newAccount(): Account {
  return { id: randomUUID(), name: 'account', siteId: 'site', owner: 'ann', username: 'ann', createdAt: 0, credentialVersion: 1 }
}
