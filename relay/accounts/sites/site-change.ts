import type { Site } from '../contract.ts'
import { secretOrigins } from '../credentials/credential-scope.ts'

type Settled = Omit<Site, 'createdAt'>

/** What another declaration would change of a site. */
export interface SiteChange {
  /** In plain words, a sentence each; none: nothing changes. */
  readonly changes: readonly string[]
  /** Those of them by which secrets, or the relay itself, could go where they could not before: a person says yes to these first. */
  readonly widens: readonly string[]
}

/** A pure comparison. `before` undefined: a site that is new has no accounts, so that nothing is widened. */
export function changeOf(before: Settled | undefined, after: Settled): SiteChange {
  if (before === undefined) return { changes: [`the site is new: ${after.origins.join(', ')}`], widens: [] }
  const widens = [
    ...addedOrigins(before, after),
    ...lostCover(before, after),
    ...addedNetworks(before, after),
    ...changedCa(before, after),
    ...openToProxy(before, after),
    ...addedEndpoints(before, after),
  ]
  const narrows = before.origins
    .filter((origin) => !after.origins.includes(origin))
    .map((origin) => `secrets no longer go to ${origin}, and it is no longer intercepted`)
  return { changes: [...widens, ...narrows, ...plainChanges(before, after)], widens }
}

function addedOrigins(before: Settled, after: Settled): string[] {
  return after.origins.filter((origin) => !before.origins.includes(origin)).map((origin) => `secrets may go to ${origin} too`)
}

/** A sign-in that begins over http lets secrets go to http origins that were there only to be intercepted. */
function lostCover(before: Settled, after: Settled): string[] {
  const [had, has] = [secretOrigins(before), secretOrigins(after)]
  return has.filter((origin) => !had.includes(origin) && before.origins.includes(origin)).map((origin) => `secrets may go to ${origin}, unencrypted`)
}

function addedNetworks(before: Settled, after: Settled): string[] {
  return after.networks.filter((network) => !before.networks.includes(network)).map((network) => `its hosts may resolve to ${network} addresses`)
}

function changedCa(before: Settled, after: Settled): string[] {
  if (before.ca === after.ca || after.ca === undefined) return []
  return [before.ca === undefined ? 'a private CA vouches for it' : 'another private CA vouches for it']
}

/** A proxy sees what goes to an http origin. */
function openToProxy(before: Settled, after: Settled): string[] {
  const { upstreamProxy } = after
  if (upstreamProxy === 'direct' || upstreamProxy === before.upstreamProxy) return []
  // Without a word of its own it goes as all sites do.
  if (upstreamProxy === undefined && before.upstreamProxy !== 'direct') return []
  const way = upstreamProxy === undefined ? 'the upstream proxy of all sites, if there is one' : `the proxy ${upstreamProxy}`
  return secretOrigins(after).some((origin) => origin.startsWith('http:')) ? [`secrets pass ${way}, unencrypted`] : []
}

/** Endpoints serve the first origin: they are new to another one that takes its place. */
function addedEndpoints(before: Settled, after: Settled): string[] {
  const known = before.origins[0] === after.origins[0] ? addressesOf(before) : []
  const [origin = ''] = after.origins
  return addressesOf(after)
    .filter((address) => !known.includes(address))
    .map((address) => `secrets may go to ${address} as a server of ${origin}${origin.startsWith('http:') ? ', unencrypted' : ''}`)
}

function addressesOf({ endpoints = [] }: Settled): string[] {
  return endpoints.map(({ address }) => address)
}

function endpointChanges(before: Settled, after: Settled): string[] {
  const gone = addressesOf(before).filter((address) => !addressesOf(after).includes(address))
  const ranges = (site: Settled) =>
    (site.endpoints ?? []).filter(({ address }) => addressesOf(before).includes(address) && addressesOf(after).includes(address))
  return [
    ...gone.map((address) => `${address} is no longer one of its endpoints`),
    ...(same(ranges(before), ranges(after)) ? [] : ['the clients or the order of its endpoints']),
    ...(same(before.health, after.health) ? [] : ['how its endpoints are looked at']),
  ]
}

function plainChanges(before: Settled, after: Settled): string[] {
  return [
    ...moved('the login address', before.loginUrl, after.loginUrl),
    ...moved('the landing address', before.landingUrl, after.landingUrl),
    ...moved('the adapter', before.adapter, after.adapter),
    ...moved('the upstream proxy', before.upstreamProxy, after.upstreamProxy),
    ...endpointChanges(before, after),
    ...moved('the delivery', before.delivery, after.delivery),
    ...keysChanged('cookie', before.cookies, after.cookies),
    ...(same(before.keepAlive, after.keepAlive) ? [] : ['how its sessions are held open']),
    ...(same(before.denyPaths, after.denyPaths) ? [] : ['the paths that accounts are kept off']),
    ...(before.ca !== undefined && after.ca === undefined ? ['no private CA vouches for it any more'] : []),
    ...before.networks.filter((network) => !after.networks.includes(network)).map((network) => `its hosts no longer resolve to ${network} addresses`),
    ...keysChanged('setting', before.settings, after.settings),
    ...(same(before.seen, after.seen) ? [] : ['what was seen of the login page']),
    ...(before.origins[0] !== after.origins[0] && same([...before.origins].sort(), [...after.origins].sort()) ? ['the order of its origins'] : []),
  ]
}

function keysChanged(what: string, before: Readonly<Record<string, unknown>> = {}, after: Readonly<Record<string, unknown>> = {}): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !same(before[key], after[key]))
  return keys.map((key) => {
    if (before[key] === undefined) return `the ${what} \`${key}\` is new`
    return after[key] === undefined ? `the ${what} \`${key}\` is gone` : `the ${what} \`${key}\` is another`
  })
}

function moved(what: string, before: string | undefined, after: string | undefined): string[] {
  if (before === after) return []
  return [after === undefined ? `${what} is gone` : `${what} is ${after}${before === undefined ? '' : ` (was ${before})`}`]
}

/** The order of keys means nothing. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}
