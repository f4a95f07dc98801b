import { randomBytes } from 'node:crypto'
import { isWithinPairing } from '../control/index.ts'
import { RelayError } from '../errors.ts'
import { type AccountHost, accountOf, authorityOf, hostLabel, readLabel } from './account-hosts.ts'
import type { GatewayPrincipal, HandOverRequest } from './contract.ts'
import type { Exchange } from './exchange.ts'
import { ownCookieLine, readOwnCookie } from './own-cookies.ts'
import { enterPath, ownPaths, startPath } from './own-paths.ts'
import { hash } from './passes.ts'
import type { Rooms } from './rooms.ts'

/** Hosts of an account that one hand-over leads through; browsers follow 20 redirects. */
const mostHosts = 6

/** To the portal, which knows who the person is and sends him back. What only this browser knows goes along as its hash. */
export function leadToPortal({ portalUrl }: Rooms, { req, res, host }: Exchange, goal: { readonly path: string; readonly home: number }): void {
  const way = readOwnCookie(req.headers.cookie, '__Host-login-relay-way') ?? randomBytes(32).toString('base64url')
  const query = new URLSearchParams({ state: hash(way), path: goal.path, home: String(goal.home) })
  respondRedirect(res, `${portalUrl()}/gateway/${hostLabel(host)}?${query}`, [ownCookieLine('__Host-login-relay-way', way)])
}

/** At one more host of the account: each has a pass of its own. */
export function start(rooms: Rooms, exchange: Exchange): void {
  const { searchParams } = new URL(exchange.target.place.origin + exchange.target.path)
  leadToPortal(rooms, exchange, { path: searchParams.get('path') ?? '/', home: Number(searchParams.get('home')) })
}

/** The address by which the portal sends him back. `account_unknown`. */
export function handOverAddress(rooms: Rooms, principal: GatewayPrincipal, { label, state, path, home }: HandOverRequest): string {
  const host = readLabel(label)
  const account = host && accountOf(rooms, host.label, principal, rooms.domain())
  const origins = account && rooms.accounts.site(account.siteId)?.origins.length
  if (host === undefined || account === undefined || !isWithinPairing(principal, account.id) || origins === undefined || host.origin >= origins) {
    throw new RelayError('account_unknown', { params: { account: label } })
  }
  const goal = { path: ownPath(path), home: Number.isInteger(home) && home >= 0 && home < origins ? home : host.origin }
  const code = rooms.passes.begin({ principal, accountId: account.id, label }, state, goal)
  return `https://${authorityOf(rooms.domain(), host)}${enterPath}?code=${code}`
}

/** Takes the code, in the browser that asked for it, by GET alone (law 4); and leads on to the account's next host, or where the person was going. */
export function enter(rooms: Rooms, { req, res, host, target }: Exchange): void {
  if (req.method !== 'GET') throw new RelayError('bad_request', { params: { problem: 'a hand-over is fetched by GET' } })
  const way = readOwnCookie(req.headers.cookie, '__Host-login-relay-way')
  const code = new URL(target.place.origin + target.path).searchParams.get('code') ?? ''
  const redeemed = way === undefined ? undefined : rooms.passes.redeem(code, hostLabel(host), hash(way))
  if (redeemed === undefined) throw new RelayError('gateway_hand_over_spent')
  const { token, pass, path, home } = redeemed
  const location = onwards(rooms, host, pass.accountId, { path, home })
  respondRedirect(res, location, [ownCookieLine('__Host-login-relay-gateway', token)])
}

function onwards({ accounts, domain }: Rooms, host: AccountHost, accountId: string, { path, home }: { path: string; home: number }): string {
  const account = accounts.account(accountId)
  const origins = Math.min(mostHosts, (account && accounts.site(account.siteId)?.origins.length) ?? 1)
  const next = (host.origin + 1) % origins
  const at = (origin: number): string => `https://${authorityOf(domain(), { label: host.label, origin })}`
  if (home >= origins || next === home || host.origin >= origins) return host.origin === home ? path : at(home) + path
  return `${at(next)}${startPath}?${new URLSearchParams({ path, home: String(home) })}`
}

/** A path of the account's host; what a browser could read as another host is not taken. */
function ownPath(path: string): string {
  const isPath = /^\/(?![/\\])[!-[\]-~]*$/.test(path) && !path.startsWith(ownPaths)
  return isPath ? path : '/'
}

function respondRedirect(res: Exchange['res'], location: string, cookies: readonly string[]): void {
  res.writeHead(303, [
    ...cookies.flatMap((line) => ['Set-Cookie', line]),
    ...['Location', location, 'Content-Length', '0', 'Cache-Control', 'no-store', 'Referrer-Policy', 'no-referrer'],
  ])
  res.end()
}
