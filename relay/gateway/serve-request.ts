import type { Site } from '../accounts/index.ts'
import { asRelayError, RelayError } from '../errors.ts'
import { destined, hasContent, type RelayedRequest, readAuthority, respondError } from '../traffic/index.ts'
import { hostLabel } from './account-hosts.ts'
import { isInUse } from './client-id.ts'
import type { Exchange } from './exchange.ts'
import { enter, leadToPortal, start } from './hand-over.ts'
import { isForeign } from './is-foreign.ts'
import { originMaps } from './origin-maps.ts'
import { readOwnCookie } from './own-cookies.ts'
import { enterPath, ownPaths, reportPath, startPath } from './own-paths.ts'
import { relayToSite } from './relay-to-site.ts'
import type { Rooms } from './rooms.ts'
import { readReport } from './strays.ts'
import type { Visit } from './visit.ts'

/** One request at an account's host: the person's pass, whose page sent it, then the site. */
export function serveRequest(rooms: Rooms, exchange: Exchange): RelayedRequest | undefined {
  try {
    return answer(rooms, exchange)
  } catch (thrown) {
    reject(rooms, exchange, thrown)
    return undefined
  }
}

function answer(rooms: Rooms, exchange: Exchange): RelayedRequest | undefined {
  const { head, target, req } = exchange
  const path = target.path.split('?')[0] as string
  if (path === enterPath) return void enter(rooms, exchange)
  if (path === startPath && isNavigation(exchange)) return void start(rooms, exchange)
  const visit = loadVisit(rooms, exchange)
  if (visit === undefined) {
    if (!isNavigation(exchange)) throw new RelayError('gateway_signed_out', { url: rooms.portalUrl() })
    return void leadToPortal(rooms, exchange, { path: target.path, home: exchange.host.origin })
  }
  const map = originMaps.of(visit.site, exchange.host.label, rooms.domain())
  if (isForeign(head, req.method as string, map.gatewayOrigins)) throw new RelayError('gateway_foreign')
  if (path === reportPath) return void takeReport(rooms, exchange, visit)
  if (path.startsWith(ownPaths)) throw new RelayError('not_found', { params: { what: 'such page of the relay' } })
  // It would answer for the site when the person has long been signed out.
  if (req.headers['service-worker'] !== undefined) throw new RelayError('gateway_worker', { params: { site: visit.site.id } })
  return relayToSite(rooms, exchange, { ...visit, map, place: placeOf(visit.site, exchange) })
}

/** Undefined: there is no pass, or what it stood on has ended. Whether the account may be used is for the traffic to ask. `gateway_host_unknown`. */
function loadVisit({ passes, identity, accounts }: Rooms, { req, host }: Exchange): Visit | undefined {
  const token = readOwnCookie(req.headers.cookie, '__Host-login-relay-gateway')
  const pass = token === undefined ? undefined : passes.of(token, hostLabel(host))
  if (pass === undefined || !isInUse(identity, pass.principal)) return undefined
  const account = accounts.account(pass.accountId)
  const site = account && accounts.site(account.siteId)
  if (account === undefined || site === undefined || site.origins[host.origin] === undefined) throw new RelayError('gateway_host_unknown')
  return { pass, account, site }
}

function placeOf({ origins }: Site, { host }: Exchange) {
  const { protocol, host: authorityText } = new URL(origins[host.origin] as string)
  const scheme = protocol === 'https:' ? 'https' : 'http'
  const authority = readAuthority(authorityText, scheme === 'https' ? 443 : 80)
  if (authority === undefined) throw new RelayError('internal', { detail: `origin ${origins[host.origin]}` })
  return destined(scheme, authority)
}

function takeReport({ strays, log }: Rooms, { req, res }: Exchange, { account, site }: Visit): void {
  readReport(req).then(
    (report) => {
      const origin = strays.take(account, site, report)
      if (origin !== undefined)
        log.warn({ account: account.id, site: site.id, origin }, 'a page asked the site itself past the gateway: one of its scripts builds addresses')
      res.writeHead(204).end()
    },
    () => res.destroy(),
  )
}

/** A document that a person goes to. Frames are no such, nor is what a script fetches. */
function isNavigation({ head, req, upgrade }: Exchange): boolean {
  const isDocument = head.fetchDest === undefined || head.fetchDest === 'document'
  return upgrade === undefined && head.isNavigation && isDocument && (req.method === 'GET' || req.method === 'HEAD')
}

function reject({ portalUrl, log, traffic }: Rooms, { req, res, head, target }: Exchange, thrown: unknown): void {
  const error = asRelayError(thrown)
  traffic.counts.refused(error, { req, head, target })
  if (error.code === 'internal') log.error({ err: error.cause ?? error, detail: error.detail }, 'a request at the gateway could not be answered')
  respondError(res, error, { html: head.isNavigation, portalUrl: portalUrl(), close: hasContent(head) && !req.complete })
}
