import type { Adapter, Look, Page } from '../../../adapters/index.ts'
import { RelayError } from '../../errors.ts'
import type { TypingAgent } from '../../outbound/index.ts'
import type { BrowserLimits } from '../browser/index.ts'
import { type BrowserEngine, whyScripts } from '../browser-engine/index.ts'
import type { Choice } from './choose-adapter.ts'
import type { ProbeAgent } from './probe-agent.ts'

export interface ScriptRooms {
  readonly engine: BrowserEngine
  readonly adapters: ReadonlyMap<string, Adapter>
  readonly agent: ProbeAgent
  readonly limits: BrowserLimits
  readonly signal: AbortSignal
}

/**
 * Looks at a page in a browser with scripts, where there is evidence that without them nothing can be done. Says why. Undefined: no such
 * evidence, or the browser shows no form to sign in by either.
 */
export async function lookByScript(page: Page, before: Look, { engine, adapters, agent, limits, signal }: ScriptRooms): Promise<Choice | undefined> {
  const why = before.problem === undefined || before.problem === 'form-not-found' ? whyScripts(page) : undefined
  const form = adapters.get('form')
  if (why === undefined || form?.look === undefined) return undefined
  if (engine.program === undefined) {
    const found = [...before.found, `${why}: a browser on the relay would run it, but none is installed (Chromium and the npm package playwright-core)`]
    return { adapter: 'form', isKnown: false, look: { ...before, found } }
  }
  const [near, wanted] = nearAgent(agent)
  const browser = engine.open({ agent: near, limits, signal, origins: [] })
  try {
    const look = await form.look(await browser.open(page.url), { browser, settings: form.settings.parse({}), signal })
    if (!look.fits) return undefined
    const others = wanted.size === 0 ? [] : [`its scripts also ask ${[...wanted].slice(0, 6).join(', ')}, which take no part unless you enrol them`]
    const found = [`${why}: it signs in by a browser on the relay`, ...look.found, ...others]
    return { adapter: 'form-by-script', isKnown: false, look: { ...look, found, loginUrl: page.url } }
  } finally {
    await browser.close()
  }
}

/** Where the probe has been already, and nowhere else: a page asks half the world for what nobody needs. Also gives the origins it was refused. */
function nearAgent(agent: ProbeAgent): [TypingAgent, Set<string>] {
  const wanted = new Set<string>()
  const near: TypingAgent = {
    async send(request) {
      const { origin } = request.url
      if (agent.origins.includes(origin)) return agent.send(request)
      if (!origin.endsWith('.googleapis.com')) wanted.add(origin)
      throw new RelayError('destination_refused', { params: { host: origin, reason: 'the probe was led elsewhere' } })
    },
    type: () => Promise.reject(new RelayError('secret_refused', { detail: 'a probe holds no secret' })),
    beginAttempt: () => {},
    scrub: (text) => text,
    get networkMs() {
      return agent.networkMs
    },
  }
  return [near, wanted]
}
