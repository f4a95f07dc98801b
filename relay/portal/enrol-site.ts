import { isIP } from 'node:net'
import type { Delivery, Site } from '../accounts/index.ts'
import { catalogue, type ErrorCode, RelayError } from '../errors.ts'
import type { ProbeReport } from '../login/index.ts'
import type { Rooms } from './rooms.ts'

/** A site as somebody asks for it. */
export interface WantedSite {
  readonly url: string
  readonly id?: string | undefined
  readonly adapter?: string | undefined
  readonly ca?: string | undefined
  readonly delivery?: Delivery | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

/** Looks at a site; sends no secret. */
export function lookAtSite({ login }: Rooms, { url, id, adapter, ca }: WantedSite): Promise<ProbeReport> {
  return login.probe(new URL(url), {
    ...(id === undefined ? {} : { id }),
    ...(adapter === undefined ? {} : { adapter }),
    ...(ca === undefined ? {} : { ca }),
  })
}

/** Looks at a site and enrols it as it was found. */
export async function enrolSite(rooms: Rooms, wanted: WantedSite): Promise<Site> {
  const report = await lookAtSite(rooms, wanted)
  if (!report.ok) throw probeError(report)
  return rooms.accounts.addSite({
    id: wanted.id ?? freeId(rooms, new URL(wanted.url)),
    origins: [...new Set([new URL(wanted.url).origin, ...report.origins])],
    loginUrl: report.loginUrl,
    adapter: report.adapter,
    settings: { ...report.settings, ...wanted.settings },
    delivery: wanted.delivery ?? 'attach',
    networks: report.networks,
    ...(wanted.ca === undefined ? {} : { ca: wanted.ca }),
  })
}

/** Looks at an enrolled site again, as it was enrolled. */
export function checkSite({ login }: Rooms, { id, loginUrl, adapter, ca, networks }: Site): Promise<ProbeReport> {
  return login.probe(new URL(loginUrl), { id, adapter, allowedNetworks: networks, ...(ca === undefined ? {} : { ca }) })
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
