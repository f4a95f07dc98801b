import type { Adapter, Browser, Look, Page } from '../../../adapters/index.ts'
import { RelayError } from '../../errors.ts'
import type { Login } from '../contract.ts'

export type ProbeOptions = NonNullable<Parameters<Login['probe']>[1]>

export interface Candidate {
  readonly adapter: Adapter
  readonly settings: unknown
}

export interface Choice {
  readonly adapter: string
  readonly look: Look
  /** A known product: by its adapter's `detect`. */
  readonly isKnown: boolean
}

/** From here on an adapter that knows a product goes before all others. */
const sureEnough = 0.5
/** A mark is found at once or not at all. Milliseconds. */
const detectTime = 5000

/** The adapter that was named, or all that can look, as far as the settings are theirs. `adapter_unknown`, `bad_request`. */
export function adaptersFor({ adapter: name, settings = {} }: ProbeOptions, adapters: ReadonlyMap<string, Adapter>): Candidate[] {
  const named = name === undefined ? undefined : adapters.get(name)
  if (name !== undefined && named === undefined) {
    throw new RelayError('adapter_unknown', { params: { adapter: name, adapters: [...adapters.keys()].join(', ') } })
  }
  const wanted = named === undefined ? [...adapters.values()].filter(({ look, detect }) => look !== undefined || detect !== undefined) : [named]
  const parsed = wanted.map((adapter) => ({ adapter, result: adapter.settings.safeParse(settings) }))
  const fit = parsed.flatMap(({ adapter, result }) => (result.success ? [{ adapter, settings: result.data }] : []))
  if (fit.length > 0) return fit
  // The general adapter knows best what was meant.
  const [issue] = (parsed.find(({ adapter }) => adapter.name === 'form') ?? parsed.at(-1))?.result.error?.issues ?? []
  throw new RelayError('bad_request', { params: { problem: `the setting \`${issue?.path.join('.')}\`: ${issue?.message}` } })
}

/** The adapter that knows this product, else the first that could sign in here; else what the last one saw. */
export async function chooseAdapter(candidates: readonly Candidate[], page: Page, browser: Browser, signal: AbortSignal): Promise<Choice> {
  const known = await knownProduct(candidates, page, signal)
  let last: Choice | undefined
  for (const candidate of known === undefined ? candidates : [known, ...candidates.filter((one) => one !== known)]) {
    const isKnown = candidate === known
    const look = await lookWith(candidate, page, browser, signal, { isKnown, isMeant: isKnown || candidates.length === 1 })
    if (look === undefined) continue
    last = { adapter: candidate.adapter.name, look, isKnown }
    if (look.fits) break
  }
  return last ?? { adapter: 'form', look: { fits: false, found: [] }, isKnown: false }
}

/** All are asked at once: those of one's own answer from processes of their own. Of two that are as sure, the first. */
async function knownProduct(candidates: readonly Candidate[], page: Page, signal: AbortSignal): Promise<Candidate | undefined> {
  const all = await Promise.all(candidates.map(async (candidate) => ({ candidate, sure: await detected(candidate.adapter, page, signal) })))
  const [best] = all.filter(({ sure }) => sure >= sureEnough).sort((a, b) => b.sure - a.sure)
  return best?.candidate
}

/** An adapter that fails at a page it was not made for says nothing about it. */
async function detected({ detect }: Adapter, page: Page, signal: AbortSignal): Promise<number> {
  try {
    return (await detect?.(page, AbortSignal.any([signal, AbortSignal.timeout(detectTime)]))) ?? 0
  } catch {
    return 0
  }
}

async function lookWith(
  { adapter, settings }: Candidate,
  page: Page,
  browser: Browser,
  signal: AbortSignal,
  { isKnown, isMeant }: { readonly isKnown: boolean; readonly isMeant: boolean },
): Promise<Look | undefined> {
  const seen = await adapter.look?.(page, { browser, settings, signal })
  if (seen !== undefined || !isMeant) return seen
  const { name, description } = adapter
  // One that does not look was chosen by name, or knows the product: it knows.
  if (isKnown) return { fits: true, found: [`the page ${page.url.pathname} is one that the adapter ${name} knows: ${description}`], page }
  return { fits: true, found: [`the page ${page.url.pathname} answered ${page.status}; ${name} does not say whether it fits`], page }
}
