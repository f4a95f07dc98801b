import type { Adapter } from '../../../../adapters/index.ts'
import { SignInFailure } from '../../../../adapters/kit/index.ts'
import type { CallGiven, Hook, ToAdapter } from '../messages.ts'
import { pack, unpack } from '../wire.ts'
import { wireErrorOf } from './own-error.ts'
import type { Port } from './port.ts'
import { Remote } from './remote.ts'
import { remoteBrowser } from './remote-browser.ts'
import { RemotePage } from './remote-page.ts'

type Call = Extract<ToAdapter, { type: 'call' }>

/** Runs the hooks of the adapter, and gives back what they give. */
export class Calls {
  readonly #port: Port
  readonly #aborts = new Map<number, AbortController>()
  readonly #reloads = new Map<number, () => Promise<Uint8Array>>()
  #adapter: Adapter | undefined

  constructor(port: Port) {
    this.#port = port
  }

  serve(adapter: Adapter | undefined): void {
    this.#adapter = adapter
  }

  async run({ call, hook, given }: Call): Promise<void> {
    const abort = new AbortController()
    this.#aborts.set(call, abort)
    const remote = new Remote(this.#port, call)
    try {
      const value = await this.#runHook(hook, given, remote, abort.signal)
      this.#port.send({ type: 'done', call, value: pack(value, (object) => remote.handleOf(object)) ?? null })
    } catch (error) {
      this.#port.send({ type: 'failed', call, error: wireErrorOf(error) })
    } finally {
      this.#aborts.delete(call)
    }
  }

  abort(call: number): void {
    this.#aborts.get(call)?.abort(new Error('the sign-in is over'))
  }

  async reload({ id, ask }: Extract<ToAdapter, { type: 'reload' }>): Promise<void> {
    try {
      const image = await this.#reloads.get(ask)?.()
      this.#port.send({ type: 'reloaded', id, value: pack(image) })
    } catch (error) {
      this.#port.send({ type: 'reloaded', id, error: wireErrorOf(error) })
    }
  }

  async #runHook(hook: Hook, given: CallGiven, remote: Remote, signal: AbortSignal): Promise<unknown> {
    const adapter = this.#adapter
    if (adapter === undefined) throw new Error('no adapter is loaded')
    const run = adapter[hook] as (...given: unknown[]) => unknown
    // It is asked before anybody has said what the settings are.
    if (hook === 'detect') return run.call(adapter, new RemotePage(unpack(given.page), remote), signal)
    const context = this.#contextFor(adapter, given, remote, signal)
    switch (hook) {
      case 'look':
        return run.call(adapter, new RemotePage(unpack(given.page), remote), context)
      case 'changePassword':
        return run.call(
          adapter,
          context,
          unpack(given.next, (handle) => remote.object(handle)),
        )
      case 'passwordRules':
      case 'register':
        return run.call(adapter, context, unpack(given.more))
      default:
        return run.call(adapter, context)
    }
  }

  #contextFor(adapter: Adapter, given: CallGiven, remote: Remote, signal: AbortSignal): object {
    const { site, settings, username, captchaTries, secrets } = unpack(given, (handle) =>
      handle.kind === 'secret' ? remote.object(handle) : handle,
    ) as Record<string, unknown>
    return {
      ...(site === undefined ? {} : { site }),
      browser: remoteBrowser(remote),
      settings: parseSettings(adapter, settings),
      signal,
      ...(username === undefined ? {} : { username, captchaTries, secrets, ...this.#personAndReader(remote) }),
    }
  }

  #personAndReader(remote: Remote): object {
    return {
      step: (name: string, text: unknown) => remote.now('step', [name, String(text)]),
      ask: (challenge: unknown) => remote.ask('ask', [challenge]),
      nextAttempt: () => remote.now('nextAttempt', []),
      readCaptcha: async (image: Uint8Array, hints: unknown, reload: (() => Promise<Uint8Array>) | undefined) => {
        let number = 0
        try {
          return await remote.ask('readCaptcha', [image, hints ?? {}, reload !== undefined], (id) => {
            number = id
            if (reload !== undefined) this.#reloads.set(id, reload)
          })
        } finally {
          this.#reloads.delete(number)
        }
      },
    }
  }
}

function parseSettings(adapter: Adapter, settings: unknown): unknown {
  const parsed = adapter.settings.safeParse(settings)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `the site's setting \`${path.join('.')}\`: ${message}`)
  throw new SignInFailure('form-not-found', problems)
}
