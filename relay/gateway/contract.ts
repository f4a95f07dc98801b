import type { SecureContext } from 'node:tls'
import type { Logger } from 'pino'
import type { Account, Accounts } from '../accounts/index.ts'
import type { Grants } from '../control/index.ts'
import type { Identity, Principal } from '../identity/index.ts'
import type { Traffic } from '../traffic/index.ts'

/** Who comes by the gateway: a person who is signed in at the portal, or a terminal that one has paired. */
export type GatewayPrincipal = Exclude<Principal, { kind: 'local' }>

/** `gateway` of the configuration, where there is one. */
export interface GatewaySettings {
  readonly listen: string
  readonly domain: string
  /** PEM files; undefined: the relay's own CA vouches for the domain. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
}

export interface GatewayOptions {
  readonly settings: GatewaySettings
  readonly identity: Identity
  readonly accounts: Accounts
  readonly grants: Grants
  readonly traffic: Traffic
  /** A certificate of the relay's own CA for this name; asked for where none is configured. */
  readonly leafFor: (name: string) => Promise<{ readonly context: SecureContext }>
  /** Asked for each answer: the portal may have chosen its port at start. */
  readonly portalUrl: () => string
  readonly log: Logger
}

/** What the portal needs of the gateway. */
export interface HandOverRequest {
  /** What stands before the domain in the host's name. */
  readonly label: string
  /** What ties the hand-over to the browser that asked for it. */
  readonly state: string
  /** Where the person was going: path and query. */
  readonly path: string
  /** At which of the account's hosts. */
  readonly home: number
}

/** The reverse proxy with a host for each account. */
export interface Gateway {
  /** Listens. `port_taken`; `config_unreadable` when the certificate or key cannot be read. */
  start(): Promise<void>
  /** Gives what is under way so long to come to its end (milliseconds; default: no time), and ends the rest. */
  stop(patience?: number): Promise<void>
  /** HOST:PORT it listens at. */
  readonly address: string
  /** Where this account is: `https://erp.relay.example/`. `lent`: for who borrows it, who may have one of the same name. */
  addressOf(account: Account, lent?: boolean): string
  /**
   * The address by which the browser of somebody who is signed in at the portal, or a paired terminal, comes into an account's host: good once, for a minute, in the
   * browser that asked. `account_unknown`: he has none that goes by this label.
   */
  handOver(principal: GatewayPrincipal, request: HandOverRequest): string
  /** The site's origins that pages of this account asked for past the gateway, since the relay was started. */
  strays(account: Account): readonly string[]
}
