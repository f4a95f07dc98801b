import type { Adapter, Look, Page } from '../../adapters/index.ts'
import { asRelayError, RelayError } from '../errors.ts'
import type { Outbound } from '../outbound/index.ts'
import { type BrowserLimits, createBrowser } from './browser/index.ts'
import type { Login, ProbeReport } from './contract.ts'
import { ProbeAgent } from './probe-agent.ts'

export interface ProbeRooms {
  readonly outbound: Outbound
  readonly adapters: ReadonlyMap<string, Adapter>
  readonly limits: BrowserLimits & { readonly timeoutSeconds: number }
}

type ProbeOptions = NonNullable<Parameters<Login['probe']>[1]>

/** Looks at a site without any secret: opens the address, follows to its sign-in, asks the adapters what they see. */
export async function probe(url: URL, options: ProbeOptions, { outbound, adapters, limits }: ProbeRooms): Promise<ProbeReport> {
  const agent = new ProbeAgent(outbound, { id: options.id ?? url.host, ca: options.ca, allowed: options.allowedNetworks })
  const signal = AbortSignal.timeout(limits.timeoutSeconds * 1000)
  const browser = createBrowser({ agent, limits, signal })
  const blank = { loginUrl: url.href, origins: [], adapter: options.adapter ?? 'form', settings: {}, found: [] }
  try {
    const page = await browser.open(url)
    const chosen = await choose(adaptersFor(options, adapters), page, ({ adapter, settings }) => adapter.look?.(page, { browser, settings, signal }))
    const loginUrl = stableLogin(url, chosen.look.loginUrl ?? page.url)
    return {
      ...blank,
      ok: chosen.look.fits,
      loginUrl: loginUrl.href,
      origins: originsOf(loginUrl, page, chosen.look),
      adapter: chosen.adapter,
      settings: options.settings ?? {},
      networks: agent.networks,
      found: [...arrival(url, page), ...chosen.look.found],
      ...(chosen.look.fits ? {} : { problem: problemOf(new URL(loginUrl).host, page, chosen.look) }),
    }
  } catch (error) {
    const failure = signal.aborted ? new RelayError('site_down', { params: { site: url.host, reason: 'it took too long' } }) : asRelayError(error)
    return { ...blank, ok: false, networks: agent.networks, problem: inShort(failure) }
  }
}

interface Candidate {
  readonly adapter: Adapter
  readonly settings: unknown
}

/** The adapter that was named, or all that can look, as far as the settings are theirs. */
function adaptersFor({ adapter: name, settings = {} }: ProbeOptions, adapters: ReadonlyMap<string, Adapter>): Candidate[] {
  const named = name === undefined ? undefined : adapters.get(name)
  if (name !== undefined && named === undefined) {
    throw new RelayError('adapter_unknown', { params: { adapter: name, adapters: [...adapters.keys()].join(', ') } })
  }
  const wanted = named === undefined ? [...adapters.values()].filter(({ look }) => look !== undefined) : [named]
  const parsed = wanted.map((adapter) => ({ adapter, result: adapter.settings.safeParse(settings) }))
  const fit = parsed.flatMap(({ adapter, result }) => (result.success ? [{ adapter, settings: result.data }] : []))
  if (fit.length > 0) return fit
  const [issue] = parsed.at(-1)?.result.error?.issues ?? []
  throw new RelayError('bad_request', { params: { problem: `the setting \`${issue?.path.join('.')}\`: ${issue?.message}` } })
}

interface Choice {
  readonly adapter: string
  readonly look: Look
}

/** The first adapter that could sign in here; else what the last one saw. */
async function choose(candidates: readonly Candidate[], page: Page, look: (candidate: Candidate) => Promise<Look> | undefined): Promise<Choice> {
  let last: Choice | undefined
  for (const candidate of candidates) {
    const { name } = candidate.adapter
    // One that does not look is one the person has chosen by name: he knows.
    const seen = (await look(candidate)) ?? {
      fits: true,
      found: [`the page ${page.url.pathname} answered ${page.status}; ${name} does not say whether it fits`],
    }
    last = { adapter: name, look: seen }
    if (seen.fits) break
  }
  return last ?? { adapter: 'form', look: { fits: false, found: [] } }
}

/**
 * Where a sign-in begins. A login that another host does is begun where the person said: the address it ends at is good for one
 * visit. Otherwise the page with the form, without a session id in its address.
 */
function stableLogin(given: URL, found: URL): URL {
  if (found.hostname !== given.hostname) return given
  const stable = new URL(found)
  stable.pathname = stable.pathname.replace(/;jsessionid=[^/]*/i, '')
  for (const name of [...stable.searchParams.keys()]) if (/^(?:phpsessid|jsessionid|sid|session_?id)$/i.test(name)) stable.searchParams.delete(name)
  stable.hash = ''
  return stable
}

/** Every origin that takes part from the login address on. */
function originsOf(loginUrl: URL, page: Page, look: Look): string[] {
  const passed = loginUrl.hostname === page.url.hostname ? [] : [page.url, ...page.redirects].map(({ origin }) => origin)
  return [...new Set([loginUrl.origin, ...passed, ...(look.loginUrl === undefined ? [] : [look.loginUrl.origin]), ...(look.origins ?? [])])]
}

function arrival(given: URL, page: Page): string[] {
  return page.url.href === given.href ? [] : [`${given.href} leads to ${page.url.href}`]
}

function problemOf(site: string, page: Page, { problem, found }: Look): NonNullable<ProbeReport['problem']> {
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
