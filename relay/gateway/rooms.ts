import type { Domain } from './account-hosts.ts'
import type { GatewayOptions } from './contract.ts'
import type { Passes } from './passes.ts'
import type { Strays } from './strays.ts'

/** What every part of the gateway works with. */
export interface Rooms extends GatewayOptions {
  /** With the port once it is known. */
  readonly domain: () => Domain
  readonly passes: Passes
  readonly strays: Strays
}
