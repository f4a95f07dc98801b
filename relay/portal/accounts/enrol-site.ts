import { isIP } from 'node:net'
import { changeOf, type Delivery, type Site, type SiteChange } from '../../accounts/index.ts'
import { catalogue, type ErrorCode, RelayError } from '../../errors.ts'
import { changesBetween, type ProbeReport } from '../../login/index.ts'
import type { Rooms } from '../rooms.ts'

/** A site as somebody asks for it. */
export interface WantedSite {
  readonly url: string
  readonly id?: string | undefined
  readonly adapter?: string | undefined
  readonly ca?: string | undefined
  readonly delivery?: Delivery | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** The origins that somebody was shown and has agreed to; undefined: whatever is found. */
  readonly origins?: readonly string[] | undefined
}

/** Looks at a site; sends no secret. */
export function lookAtSite({ login }: Rooms, { url, id, adapter, ca, settings }: WantedSite): Promise<ProbeReport> {
  return login.probe(new URL(url), {
    ...(id === undefined ? {} : { id }),
    ...(adapter === undefined ? {} : { adapter }),
    ...(ca === undefined ? {} : { ca }),
    ...(settings === undefined ? {} : { settings }),
  })
}

/** Looks at a site, enrols it as it was found, and writes its declaration. */
export async function enrolSite(rooms: Rooms, wanted: WantedSite): Promise<Site> {
  const report = await lookAtSite(rooms, wanted)
  if (!report.ok) throw probeError(report)
  const id = wanted.id ?? freeId(rooms, new URL(wanted.url))
  const origins = [...new Set([new URL(wanted.url).origin, ...report.origins])]
  checkAgreed(id, origins, wanted.origins)
  return rooms.declarations.add({
    id,
    origins,
    loginUrl: report.loginUrl,
    adapter: report.adapter,
    settings: report.settings,
    delivery: wanted.delivery ?? 'attach',
    networks: report.networks,
    ...(report.denyPaths === undefined ? {} : { denyPaths: { paths: report.denyPaths } }),
    ...(wanted.ca === undefined ? {} : { ca: wanted.ca }),
    ...(report.seen === undefined ? {} : { seen: report.seen }),
  })
}

/** A second look at an enrolled site. */
export interface SiteCheck extends ProbeReport {
  /** What has changed at the site since its declaration was written, in plain words. */
  readonly changes: readonly string[]
  /** What taking the new findings over would change of the declaration; undefined: nothing, or nothing was found. */
  readonly update?: SiteChange & { readonly site: Omit<Site, 'createdAt'> }
}

/**
 * Looks at an enrolled site again, as it was enrolled; where that no longer fits, without the names of fields that its declaration holds,
 * so that what the site has become can be told and taken over.
 */
export async function checkSite(rooms: Rooms, site: Site): Promise<SiteCheck> {
  const declared = await lookAgain(rooms, site, site.settings)
  const { form: _form, fields: _fields, ...loose } = site.settings
  const isLooser = Object.keys(loose).length < Object.keys(site.settings).length
  const found = declared.ok || !isLooser ? declared : await lookAgain(rooms, site, loose)
  const changes = site.seen === undefined || found.seen === undefined ? [] : changesBetween(site.seen, found.seen)
  const after = found.ok ? updated(site, found) : undefined
  const update = after === undefined ? undefined : changeOf(site, after)
  return {
    ...(declared.ok ? declared : { ...declared, found: found.found }),
    changes,
    ...(after === undefined || update === undefined || update.changes.length === 0 ? {} : { update: { ...update, site: after } }),
  }
}

/** Takes over what a check has found. `site_widens` where it would let secrets go further in a way that nobody has agreed to. */
export async function updateSite(rooms: Rooms, { update }: SiteCheck, agreed: readonly string[] | 'all'): Promise<Site | undefined> {
  if (update === undefined) return undefined
  const unseen = agreed === 'all' ? [] : update.widens.filter((sentence) => !agreed.includes(sentence))
  if (unseen.length > 0) throw new RelayError('site_widens', { params: { site: update.site.id, widens: unseen.join('; ') } })
  return rooms.declarations.replace(update.site)
}

/** Between what was shown and what is enrolled lies a second look: the site may have shown another form then. */
function checkAgreed(site: string, found: readonly string[], agreed: readonly string[] | undefined): void {
  const unseen = agreed === undefined ? [] : found.filter((origin) => !agreed.includes(origin))
  if (unseen.length > 0) throw new RelayError('site_widens', { params: { site, widens: unseen.map((origin) => `secrets may go to ${origin} too`).join('; ') } })
}

function lookAgain({ login }: Rooms, { id, loginUrl, adapter, ca, networks }: Site, settings: Site['settings']): Promise<ProbeReport> {
  return login.probe(new URL(loginUrl), { id, adapter, allowedNetworks: networks, settings, ...(ca === undefined ? {} : { ca }) })
}

/** The site with what was found now; what else its declaration says stays. */
function updated(site: Site, { loginUrl, origins, settings, seen }: ProbeReport): Omit<Site, 'createdAt'> {
  const { createdAt: _, ...kept } = site
  const api = movedApi(site, seen)
  return {
    ...kept,
    loginUrl,
    origins: [...new Set([...site.origins, ...origins, ...(api === undefined ? [] : [api.origin])])],
    settings: { ...site.settings, ...settings, ...(api === undefined ? {} : { url: api.origin === new URL(loginUrl).origin ? api.pathname : api.href }) },
    ...(seen === undefined ? {} : { seen }),
  }
}

/** The login API that the page's script names now, where the declaration has the one that it named before; what somebody else wrote there stays. */
function movedApi({ loginUrl, settings: { url }, seen: before }: Site, now: Site['seen']): URL | undefined {
  // `seen` holds no values of a query: with one, the address is not whole.
  if (typeof url !== 'string' || now?.api === undefined || now.api === before?.api || now.api.includes('?')) return undefined
  return URL.parse(url, loginUrl)?.href === before?.api ? new URL(now.api) : undefined
}

/** What the look found wrong, in its own words. */
function probeError({ problem, found }: ProbeReport): RelayError {
  if (problem === undefined || !Object.hasOwn(catalogue, problem.code)) {
    return new RelayError('bad_request', { params: { problem: found.join('; ') || 'no way to sign in was found there' } })
  }
  const error = new RelayError(problem.code as ErrorCode)
  return Object.assign(error, { message: problem.text, next: problem.next })
}

/** A short name from the host: `erp` of `erp.example.com`, with a number when that is taken. */
function freeId({ accounts }: Rooms, { hostname }: URL): string {
  const base = isIP(hostname) !== 0 || hostname.startsWith('[') ? `site-${hostname}` : (hostname.replace(/^www\./, '').split('.')[0] ?? hostname)
  const id = base.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
  for (let number = 1; ; number++) {
    const free = number === 1 ? id : `${id}-${number}`
    if (accounts.site(free) === undefined) return free
  }
}
