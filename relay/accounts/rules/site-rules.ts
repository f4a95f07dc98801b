import { X509Certificate } from 'node:crypto'
import { isPublicSuffix, upstreamProxyForm } from '../../../config/index.ts'
import { RelayError } from '../../errors.ts'
import type { Delivery, Network, Site } from '../contract.ts'
import { checkCookies } from './cookie-rules.ts'
import { checkDenyPaths } from './deny-paths.ts'
import { checkEndpoints, checkHealth } from './endpoint-rules.ts'
import { checkKeepAlive } from './keep-alive-policy.ts'

const deliveries: readonly Delivery[] = ['attach', 'handoff']
const networks: readonly Network[] = ['public', 'private', 'loopback']
const limits = { id: 100, origins: 32, url: 2048, settings: 65_536, ca: 262_144 }

/** The site as it is kept: nothing but what its type names. `bad_request` says what is unfit. */
export function checkSite(site: Omit<Site, 'createdAt'>): Omit<Site, 'createdAt'> {
  checkId(site.id)
  checkOrigins(site.origins)
  checkPage('login address', site.loginUrl, site.origins)
  if (site.landingUrl !== undefined) checkPage('landing address', site.landingUrl, site.origins)
  if (!/^[a-z0-9][a-z0-9._-]{0,99}$/i.test(site.adapter)) reject('the adapter name is not one')
  checkSettings(site.settings)
  if (!deliveries.includes(site.delivery)) reject('the delivery is `attach` or `handoff`')
  if (site.cookies !== undefined) checkCookies(site.cookies)
  checkNetworks(site.networks)
  if (site.upstreamProxy !== undefined && !upstreamProxyForm.test(site.upstreamProxy)) {
    reject('the upstream proxy is not `direct`, `env:NAME`, or the address of a proxy without credentials')
  }
  if (site.ca !== undefined) checkCa(site.ca)
  if (JSON.stringify(site.seen ?? {}).length > limits.settings) reject('what was seen of the login page is too long')
  return {
    id: site.id,
    origins: [...site.origins],
    loginUrl: site.loginUrl,
    ...(site.landingUrl === undefined ? {} : { landingUrl: site.landingUrl }),
    adapter: site.adapter,
    settings: site.settings,
    delivery: site.delivery,
    ...(site.cookies === undefined ? {} : { cookies: { ...site.cookies } }),
    ...(site.keepAlive === undefined ? {} : { keepAlive: checkKeepAlive(site.keepAlive) }),
    ...(site.denyPaths === undefined ? {} : { denyPaths: checkDenyPaths(site.denyPaths) }),
    ...(site.ca === undefined ? {} : { ca: site.ca }),
    networks: [...site.networks],
    ...(site.upstreamProxy === undefined ? {} : { upstreamProxy: site.upstreamProxy }),
    ...(site.endpoints === undefined ? {} : { endpoints: checkEndpoints(site.endpoints) }),
    ...(site.health === undefined ? {} : { health: checkHealth(site.health, site.endpoints) }),
    ...(site.seen === undefined ? {} : { seen: site.seen }),
  }
}

function checkId(id: string): void {
  if (id.length > limits.id || !/^[a-z0-9]+([.-]+[a-z0-9]+)*$/.test(id)) {
    reject('a site id is lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit')
  }
}

function checkOrigins(origins: readonly string[]): void {
  if (origins.length === 0 || origins.length > limits.origins) reject(`a site has 1 to ${limits.origins} origins`)
  if (new Set(origins).size !== origins.length) reject('an origin is named twice')
  for (const origin of origins) checkOrigin(origin)
}

/** RFC 6454 section 6.2: scheme, host, and the port where it is not the scheme's own. */
function checkOrigin(origin: string): void {
  const url = parseUrl('origin', origin)
  if (url.origin !== origin) reject('an origin is written as a browser serialises it: https://host or https://host:port, in ASCII, nothing after it')
  if (!isHost(url.hostname)) reject("an origin's host is an address, or labels of letters, digits, hyphens and underscores with dots between them")
  if (isPublicSuffix(url.hostname)) reject(`${url.hostname} is a public suffix: the hosts below it belong to different owners`)
}

/**
 * RFC 1123 section 2.1, and the underscore that intranets use. The URL standard lets more pass (`*`, quotes, a dot at the end),
 * which means something else in a certificate or a PAC file.
 */
function isHost(host: string): boolean {
  return /^\[[0-9a-f:.]+\]$/.test(host) || (host.length <= 253 && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(host))
}

/** A page of the site itself: a browser is sent there, and a sign-in starts there. */
function checkPage(what: string, address: string, origins: readonly string[]): void {
  const url = parseUrl(what, address)
  if (url.username !== '' || url.password !== '') reject(`the ${what} carries a user name or password`)
  if (!origins.includes(url.origin)) reject(`the ${what} is not at one of the site's origins`)
}

function parseUrl(what: string, address: string): URL {
  const url = address.length > limits.url ? null : URL.parse(address)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return reject(`the ${what} is not an http or https address`)
  return url
}

function checkSettings(settings: Readonly<Record<string, unknown>>): void {
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) reject('the settings are not a JSON object')
  if (JSON.stringify(settings).length > limits.settings) reject('the settings are too long')
}

function checkNetworks(given: readonly Network[]): void {
  if (given.length === 0 || new Set(given).size !== given.length || !given.every((network) => networks.includes(network))) {
    reject('the networks are `public`, `private` and `loopback`, each once, at least one')
  }
}

/** Certificates and nothing else: a private key in the file would lie in the store in clear. */
function checkCa(pem: string): void {
  const blocks = pem.length > limits.ca ? [] : (pem.match(/-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g) ?? [])
  if (blocks.length === 0 || /PRIVATE KEY/.test(pem)) reject('the CA file holds something else than PEM certificates')
  try {
    for (const block of blocks) new X509Certificate(block)
  } catch (cause) {
    throw new RelayError('bad_request', { params: { problem: 'the CA file holds something else than PEM certificates' }, cause })
  }
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
