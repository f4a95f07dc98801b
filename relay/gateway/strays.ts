import type { Account, Site } from '../accounts/index.ts'

/** Reports of one account that are looked at in an hour; a page with many foreign images sends many. */
const mostReports = 60
const hour = 3_600_000
const mostBytes = 16_384

interface Watch {
  since: number
  reports: number
  readonly addresses: Set<string>
}

/**
 * Addresses of a site's own origins that its pages ask for in spite of all rewriting, since a script has built them: the gateway's known
 * limit. Browsers tell of them by reports of a policy that forbids nothing (Content Security Policy Level 3, section 5).
 */
export class Strays {
  readonly #watches = new Map<string, Watch>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Does a page of this account carry the policy still? */
  isWatching(account: Account): boolean {
    return this.#watchOf(account).reports < mostReports
  }

  /** Takes a report; gives the site's origin that the page asked for, when it is news. */
  take(account: Account, site: Site, report: string): string | undefined {
    const watch = this.#watchOf(account)
    watch.reports += 1
    const blocked = blockedOrigin(report)
    if (blocked === undefined || !site.origins.includes(blocked) || watch.addresses.has(blocked)) return undefined
    watch.addresses.add(blocked)
    return blocked
  }

  /** The site's origins that pages of this account asked for by themselves. */
  of(account: Account): readonly string[] {
    return [...(this.#watches.get(account.id)?.addresses ?? [])]
  }

  #watchOf({ id }: Account): Watch {
    const present = this.#watches.get(id)
    const watch = present ?? { since: this.#now(), reports: 0, addresses: new Set<string>() }
    if (present === undefined) this.#watches.set(id, watch)
    if (this.#now() - watch.since > hour) Object.assign(watch, { since: this.#now(), reports: 0 })
    return watch
  }
}

/** The policy whose reports tell: everything from the account's own hosts, and what names no host. */
export function watchPolicy(own: readonly string[], reportPath: string): string {
  const sources = [...own, ...own.map((origin) => origin.replace(/^https/, 'wss'))].join(' ')
  return `default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: ${sources}; form-action 'self' ${sources}; report-uri ${reportPath}`
}

/** Rejects what is longer than a report: nobody is told why, a browser sent it of itself. */
export async function readReport(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > mostBytes) throw new Error('too long for a report')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function blockedOrigin(report: string): string | undefined {
  try {
    const { 'csp-report': told } = JSON.parse(report) as { 'csp-report'?: { 'blocked-uri'?: unknown } }
    return URL.parse(String(told?.['blocked-uri']))?.origin
  } catch {
    return undefined
  }
}
