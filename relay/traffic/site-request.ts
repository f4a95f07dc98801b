import type { Site } from '../accounts/index.ts'
import type { ClientUpgrade } from './live/join-upgrade.ts'
import type { ClientAnswer, ClientRequest } from './requests/client-message.ts'
import type { RequestHead } from './requests/request-head.ts'
import type { Target } from './requests/request-target.ts'
import type { Sender } from './sender.ts'

/** A request of a client to an enrolled site. */
export interface SiteRequest {
  readonly req: ClientRequest
  readonly res: ClientAnswer
  readonly head: RequestHead
  readonly target: Target
  readonly site: Site
  readonly sender: Sender
  /** It asks for a WebSocket (RFC 6455, RFC 8441). */
  readonly upgrade?: ClientUpgrade | undefined
}
