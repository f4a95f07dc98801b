import { type ZodType, z } from 'zod'
import { type Adapter, type Page, SignInFailure, signedOutBy } from '../../../adapters/index.ts'
import type { Secret } from '../../vault/index.ts'
import { AdapterEnded, AdapterProcess, type ProcessOptions } from './adapter-process.ts'
import type { Call, HookContext } from './call.ts'
import type { AdapterFacts, CallGiven, Hook } from './messages.ts'
import { results } from './values.ts'

/** An adapter that runs in a process of its own. */
export interface Isolated {
  readonly adapter: Adapter
  stop(): Promise<void>
}

/** Starts an adapter's process, or, where what it says of itself is known already, leaves that to the first call. `AdapterUnfit`, `AdapterEnded`. */
export async function isolate(options: ProcessOptions, known?: AdapterFacts): Promise<Isolated> {
  const runner = new Runner(options)
  try {
    const facts = known ?? (await runner.load())
    return { adapter: facade(facts, runner), stop: () => runner.stop() }
  } catch (error) {
    await runner.stop()
    throw error
  }
}

interface Warm {
  readonly process: AdapterProcess
  readonly facts: Promise<AdapterFacts>
}

/** One warm process; after its end the next call starts another. */
class Runner {
  readonly #options: ProcessOptions
  #warmed: Warm | undefined

  constructor(options: ProcessOptions) {
    this.#options = options
  }

  load(): Promise<AdapterFacts> {
    return this.#warm().facts
  }

  async run<H extends Hook>(hook: H, given: (call: Call) => CallGiven, context: HookContext): Promise<z.output<(typeof results)[H]>> {
    try {
      const { process, facts } = this.#warm()
      await facts
      const value = await process.run(hook, given, context)
      const parsed = results[hook].safeParse(value ?? undefined)
      if (parsed.success) return parsed.data as z.output<(typeof results)[H]>
      throw new TypeError(`${hook} gave what it must not: ${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`)
    } catch (error) {
      if (error instanceof AdapterEnded) throw new SignInFailure('unknown', [`the adapter was stopped: ${error.message}`], { cause: error })
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#warmed?.process.stop()
  }

  #warm(): Warm {
    if (this.#warmed === undefined || this.#warmed.process.hasEnded) {
      const process = new AdapterProcess(this.#options)
      this.#warmed = { process, facts: process.load(this.#options.source) }
      this.#warmed.facts.catch(() => {})
    }
    return this.#warmed
  }
}

function facade(facts: AdapterFacts, runner: Runner): Adapter {
  const { name, description, signedOut } = facts
  const signs = signedOut
  const optional: { -readonly [K in 'look' | 'detect' | 'passwordRules' | 'changePassword' | 'register']?: NonNullable<Adapter[K]> } = {}
  const has = (hook: Hook) => facts.hooks.includes(hook)
  if (has('look')) {
    optional.look = (page: Page, context) => runner.run('look', (call) => ({ ...dataOf(context, call), page: call.pack(call.pageFacts(page)) }), context)
  }
  if (has('detect')) {
    optional.detect = (page: Page, signal) =>
      runner.run('detect', (call) => ({ settings: call.pack({}), page: call.pack(call.pageFacts(page)) }), { settings: {}, signal })
  }
  if (has('passwordRules'))
    optional.passwordRules = (context, of) => runner.run('passwordRules', (call) => ({ ...dataOf(context, call), more: call.pack(of) }), context)
  if (has('changePassword')) {
    optional.changePassword = async (context, next: Secret) =>
      void (await runner.run('changePassword', (call) => ({ ...dataOf(context, call), next: call.pack(call.handle('secret', next)) }), context))
  }
  if (has('register'))
    optional.register = (context, details) => runner.run('register', (call) => ({ ...dataOf(context, call), more: call.pack(details) }), context)
  return {
    name,
    api: 1,
    description,
    settings: settingsSchema(facts.settings),
    signIn: (context) => runner.run('signIn', (call) => dataOf(context, call), context),
    isSignedIn: (context) => runner.run('isSignedIn', (call) => dataOf(context, call), context),
    signOut: (context) => runner.run('signOut', (call) => dataOf(context, call), context),
    signedOut: signs,
    isSignedOut: signedOutBy(signs),
    ...optional,
  }
}

function dataOf(context: HookContext, call: Call): CallGiven {
  const { site, settings, username, captchaTries } = context
  const secrets = Object.fromEntries(Object.entries(context.secrets ?? {}).map(([field, secret]) => [field, call.handle('secret', secret as Secret)]))
  return {
    settings: call.pack(settings),
    ...(site === undefined ? {} : { site: call.pack({ ...site }) }),
    ...(username === undefined ? {} : { username, captchaTries, secrets: call.pack(secrets) }),
  }
}

/**
 * What of an adapter's schema can be known outside of its process. Patterns stay behind: a pattern of somebody's own can take for ever.
 * The process holds the settings against the whole schema.
 */
function settingsSchema(schema: Record<string, unknown>): ZodType {
  const plain = JSON.parse(JSON.stringify(schema), (key, value) => (key === 'pattern' || key === 'format' ? undefined : value))
  return z.fromJSONSchema(plain)
}
