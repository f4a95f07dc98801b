import { type Adapter, type SignInContext, SignInFailure } from '../../adapters/index.ts'
import type { Config } from '../../config/index.ts'
import type { Outbound, TypingAgent } from '../outbound/index.ts'
import type { WindowlessBrowser } from './browser/index.ts'
import type { PasswordChangeOutcome, PasswordChangeRequest, SessionState } from './contract.ts'
import { destinationOf } from './destination.ts'
import { failureOf } from './failure.ts'
import { safeCause } from './safe-cause.ts'
import { siteOf } from './sign-in.ts'
import { StepLog } from './step-log.ts'
import { orAborted, TimeLimit } from './time-limit.ts'

export interface PasswordChangeRooms {
  readonly outbound: Outbound
  readonly settings: Config['login']
  /** A browser in which this session goes on, of the kind that the adapter needs. */
  readonly openBrowser: (state: SessionState, adapter: Adapter, agent: TypingAgent, signal: AbortSignal) => WindowlessBrowser
}

/**
 * One change of a password at a site, with a session that is signed in. First the rules and the form are looked at; then the new password
 * is made and written ahead (`request.next`); then the site is asked. That the site took it is not proved by this: a sign-in is.
 */
export async function changePassword(adapter: Adapter, request: PasswordChangeRequest, rooms: PasswordChangeRooms): Promise<PasswordChangeOutcome> {
  const { site, state, credential, onStep } = request
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
      username: credential.username,
      secrets: credential.secrets,
      step: (name, text) => {
        if (!limit.signal.aborted) steps.add(name, text)
      },
      readCaptcha: () => Promise.reject(new SignInFailure('challenge', ['the form for changing the password has a captcha'])),
      ask: (challenge) => limit.without(() => orAborted(request.ask(challenge), limit.signal)),
      captchaTries: 1,
      nextAttempt() {
        throw new SignInFailure('unknown', ['the adapter wanted to send the passwords twice'])
      },
      signal: limit.signal,
    }
  }

  try {
    if (adapter.changePassword === undefined) throw new SignInFailure('form-not-found', [`the adapter ${adapter.name} does not change passwords`])
    const rules = (await orAborted(Promise.resolve(adapter.passwordRules?.(contextWith(rooms.outbound.agent(destinationOf(site)))) ?? {}), limit.signal)) ?? {}
    const secret = await request.next(rules)
    const newSecret = {
      secret,
      async beforeItLeaves() {
        await request.beforeItLeaves()
        asked = true
      },
    }
    // An agent of its own: the present password leaves once more, as the form asks for it.
    const context = contextWith(rooms.outbound.agent(destinationOf(site), { newSecret }))
    await orAborted(Promise.resolve(adapter.changePassword(context, secret)), limit.signal)
    return { asked, said: 'taken', seen: [] }
  } catch (error) {
    const { kind, seen, cause } = failureOf(error)
    const told = seen.map((line) => steps.safe(line))
    steps.addSafe('answer', `the password was not changed, as far as the site tells: ${told.join('; ')}`)
    // An answer that says no is one thing, none at all another.
    const said = kind === 'site-down' ? undefined : 'refused'
    return { asked, ...(said === undefined ? {} : { said }), seen: told, ...(cause === undefined ? {} : { cause: safeCause(cause, safe) }) }
  } finally {
    limit.end()
    await Promise.all(browsers.map((browser) => browser.close?.()))
  }
}
