import { type Adapter, type SignInContext, SignInFailure } from '../../../adapters/index.ts'
import type { Config } from '../../../config/index.ts'
import type { Outbound, TypingAgent } from '../../outbound/index.ts'
import type { Secret } from '../../vault/index.ts'
import type { WindowlessBrowser } from '../browser/index.ts'
import type { PasswordSetOutcome, PasswordSetRequest, SessionState } from '../contract.ts'
import { failureOf } from '../errand/failure.ts'
import { safeCause } from '../errand/safe-cause.ts'
import { StepLog } from '../errand/step-log.ts'
import { orAborted, TimeLimit } from '../errand/time-limit.ts'
import { siteOf } from '../sign-in/sign-in.ts'

export interface SetPasswordRooms {
  readonly outbound: Outbound
  readonly settings: Config['login']
  /** A browser in which this session goes on, of the kind that the adapter needs. */
  readonly openBrowser: (state: SessionState, adapter: Adapter, agent: TypingAgent, signal: AbortSignal) => WindowlessBrowser
}

/** What a new password is set for. */
export interface Deed<T> {
  readonly of: 'change' | 'registration'
  readonly state: Omit<SessionState, 'site'>
  readonly username: string
  /** Those that go along, beside the new one. */
  readonly secrets: SignInContext['secrets']
  /** The adapter's part. */
  send(context: SignInContext, next: Secret): Promise<T>
  readonly readCaptcha: SignInContext['readCaptcha']
  /** Said where it seems not to have come about. */
  readonly otherwise: string
}

/**
 * Has a site take a new password. First the rules and the form are looked at; then the new password is made (`request.next`), what must be
 * written down first is (`request.beforeItLeaves`), and the site is asked. That the site took it is not proved by this: a sign-in is.
 */
export async function setPassword<T>(
  adapter: Adapter,
  { of, state, username, secrets, send, readCaptcha, otherwise }: Deed<T>,
  request: PasswordSetRequest,
  rooms: SetPasswordRooms,
): Promise<PasswordSetOutcome & { readonly told?: T }> {
  const { site, onStep } = request
  const { route } = state
  const limit = new TimeLimit(rooms.settings.timeoutSeconds * 1000, request.signal)
  const agents: TypingAgent[] = []
  const browsers: WindowlessBrowser[] = []
  const safe = (text: string) => agents.reduce((scrubbed, agent) => agent.scrub(scrubbed), text)
  const steps = new StepLog(safe, onStep)
  let asked = false

  const contextWith = (agent: TypingAgent): SignInContext => {
    agents.push(agent)
    const browser = rooms.openBrowser({ ...state, site }, adapter, agent, limit.signal)
    browsers.push(browser)
    return {
      browser,
      site: siteOf(state.landingUrl === undefined ? site : { ...site, landingUrl: state.landingUrl }),
      settings: adapter.settings.parse(site.settings),
      username,
      secrets,
      step: (name, text) => {
        if (!limit.signal.aborted) steps.add(name, text)
      },
      readCaptcha: (...given) => limit.without(() => orAborted(readCaptcha(...given), limit.signal)),
      ask: (challenge) => limit.without(() => orAborted(request.ask(challenge), limit.signal)),
      captchaTries: 1,
      nextAttempt() {
        throw new SignInFailure('unknown', ['the adapter wanted to send the passwords twice'])
      },
      signal: limit.signal,
    }
  }

  try {
    const looking = contextWith(rooms.outbound.agent(site, { route }))
    const rules = (await orAborted(Promise.resolve(adapter.passwordRules?.(looking, of) ?? {}), limit.signal)) ?? {}
    const secret = await request.next(rules)
    const newSecret = {
      secret,
      async beforeItLeaves() {
        await request.beforeItLeaves()
        asked = true
      },
    }
    // An agent of its own: the present password leaves once more, as the form asks for it.
    const context = contextWith(rooms.outbound.agent(site, { newSecret, route }))
    const told = await orAborted(Promise.resolve(send(context, secret)), limit.signal)
    return { asked, said: 'taken', seen: [], told }
  } catch (error) {
    const { kind, seen, cause } = failureOf(error)
    const told = seen.map((line) => steps.safe(line))
    steps.addSafe('answer', `${otherwise}, as far as the site tells: ${told.join('; ')}`)
    // An answer that says no is one thing, none at all another.
    const said = kind === 'site-down' ? undefined : 'refused'
    return { asked, ...(said === undefined ? {} : { said }), seen: told, ...(cause === undefined ? {} : { cause: safeCause(cause, safe) }) }
  } finally {
    limit.end()
    await Promise.all(browsers.map((browser) => browser.close?.()))
  }
}
