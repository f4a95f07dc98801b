import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClientConnection, ClientUpgrade, RequestHead, Target } from '../traffic/index.ts'
import type { AccountHost } from './account-hosts.ts'

/** A request that could be read, and its answer. */
export interface Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly head: RequestHead
  /** At the gateway's own host. */
  readonly target: Target
  readonly host: AccountHost
  readonly connection: ClientConnection
  readonly upgrade?: ClientUpgrade
}
