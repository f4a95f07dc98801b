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
  /** Settings of a site that is enrolled so: then no evidence is asked for. */
  readonly declared?: Readonly<Record<string, unknown>>
}

/**
 * Looks at a page in a browser with scripts, where there is evidence that without them nothing can be done. Says why. Undefined: no such
 * evidence, or the browser shows no form to sign in by either.
 */
export async function lookByScript(page: Page, before: Look, { engine, adapters, agent, limits, signal, declared }: ScriptRooms): Promise<Choice | undefined> {
  const seen = before.problem === undefined || before.problem === 'form-not-found' ? whyScripts(page) : undefined
  const why = seen ?? (declared === undefined ? undefined : 'it is enrolled so')
  const [form, byScript] = [adapters.get('form'), adapters.get('form-by-script')]
  if (why === undefined || form?.look === undefined || byScript === undefined) return undefined
  if (engine.program === undefined) {
    const found = [...before.found, `${why}: a browser on the relay would run it, but none is installed (Chromium and the npm package playwright-core)`]
    const nothing = { ...before, fits: false, problem: 'form-not-found' } as const
    return { adapter: declared === undefined ? 'form' : byScript.name, isKnown: false, look: { ...(declared === undefined ? before : nothing), found } }
  }
  const [near, wanted] = nearAgent(agent)
  const browser = engine.open({ agent: near, limits, signal, origins: [] })
  try {
    const look = await form.look(await browser.open(page.url), { browser, settings: byScript.settings.parse(declared ?? {}), signal })
    if (!look.fits && declared === undefined) return undefined
    const others = wanted.size === 0 ? [] : [`its scripts also ask ${[...wanted].slice(0, 6).join(', ')}, which take no part unless you enrol them`]
    const found = [`${why}: it signs in by a browser on the relay`, ...look.found, ...others]
    return { adapter: byScript.name, isKnown: false, look: { ...look, found, loginUrl: page.url } }
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
