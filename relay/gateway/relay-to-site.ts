import type { Destined, RelayedRequest, Sender } from '../traffic/index.ts'
import { clientCookieLine } from './client-cookies.ts'
import { clientId, clientName } from './client-id.ts'
import type { Exchange } from './exchange.ts'
import { reportPath } from './own-paths.ts'
import type { OriginMap } from './rewrite/origin-map.ts'
import type { Rooms } from './rooms.ts'
import { shapeAnswer } from './shape-answer.ts'
import { watchPolicy } from './strays.ts'
import { translatePath, translateRequest } from './translate-request.ts'
import type { Visit } from './visit.ts'

export interface SiteVisit extends Visit {
  readonly map: OriginMap
  /** The site's origin that this host stands for. */
  readonly place: Destined
}

/** On to the site as if the browser were at the site's own origin, and the answer back as if the site were at the gateway's host. */
export function relayToSite(rooms: Rooms, exchange: Exchange, visit: SiteVisit): RelayedRequest {
  const { req, res, upgrade } = exchange
  const { site, map, place } = visit
  const head = translateRequest(exchange.head, map)
  const target = { place, path: translatePath(exchange.target.path, map) }
  const { principal } = visit.pass
  const client = clientId(principal)
  rooms.traffic.live.addConnection(client, req.socket)
  rooms.traffic.counts.knowDevice(client, clientName(principal), principal.user.name)
  return rooms.traffic.relay({ req, res, head, target, site, sender: senderOf(rooms, exchange, visit), ...(upgrade === undefined ? {} : { upgrade }) })
}

function senderOf({ strays }: Rooms, { req, target }: Exchange, { pass, account, site, map, place }: SiteVisit): Sender {
  const url = new URL(place.origin + target.path)
  return {
    principal: pass.principal,
    userId: pass.principal.user.id,
    deviceId: clientId(pass.principal),
    userName: pass.principal.user.name,
    deviceName: clientName(pass.principal),
    isAtOrigin: false,
    chooseAccount: () => account,
    clientLine: clientCookieLine,
    shape(answer, answerHead) {
      return shapeAnswer(answer, answerHead, {
        map,
        method: req.method as string,
        locksPasswords: url.href.split(/[?#]/)[0] === site.loginUrl.split(/[?#]/)[0],
        pageFields: strays.isWatching(account) ? ['Content-Security-Policy-Report-Only', watchPolicy(map.gatewayOrigins, reportPath)] : [],
      })
    },
  }
}
