import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import type { Account, AccountChoices, Accounts, Declarations, Site } from '../accounts/index.ts'
import type { Audit } from '../audit/index.ts'
import type { GrantFiles, Grants } from '../control/index.ts'
import type { Notices } from '../control/notices/index.ts'
import type { DeviceCertificates, Identity, Invites, Pairings, Passkeys, Phrases, Principal, SecondFactors } from '../identity/index.ts'
import type { Login } from '../login/index.ts'
import type { Family, TrafficFigures } from '../metrics/index.ts'
import type { EndpointState } from '../outbound/index.ts'
import type { Sessions } from '../sessions/index.ts'
import type { Vault } from '../vault/index.ts'
import type { DevicePrincipal } from './caller/proxied-devices.ts'

/** What the portal needs of the gateway; app.ts brings the two together. */
export interface OwnGateway {
  /** Where an account is. `lent`: for who borrows it. */
  addressOf(account: Account, lent?: boolean): string
  /** The site's origins that its pages asked for past the gateway. */
  strays(account: Account): readonly string[]
  /** The address by which the browser of somebody who is signed in here, or a paired terminal, comes into an account's host. `account_unknown`. */
  handOver(
    principal: Exclude<Principal, { kind: 'local' }>,
    request: { readonly label: string; readonly state: string; readonly path: string; readonly home: number },
  ): string
}

export interface PortalOptions {
  readonly config: Pick<Config, 'portal' | 'login'>
  /** The data directory: named to the person who runs the relay, never to others. */
  readonly folder: string
  readonly identity: Identity
  readonly secondFactors: SecondFactors
  readonly phrases: Phrases
  readonly passkeys: Passkeys
  readonly deviceCertificates: DeviceCertificates
  readonly pairings: Pairings
  readonly accounts: Accounts
  readonly choices: AccountChoices
  readonly grants: Grants
  readonly grantFiles: GrantFiles
  readonly invites: Invites
  readonly declarations: Declarations
  readonly login: Login
  readonly sessions: Sessions
  readonly vault: Vault
  readonly audit: Audit
  readonly notices: Notices
  /** Cuts what a device has under way; it may come again. */
  readonly cutDevice: (deviceId: string) => void
  /** The local administrator's token. */
  readonly adminToken: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The relay's CA, PEM. */
  readonly caPem: () => string
  readonly pacFile: () => Promise<string>
  /** HOST:PORT by which terminals reach the proxy. */
  readonly proxyAddress: () => string
  /** The same of its TLS listener; undefined: it has none. */
  readonly tlsProxyAddress: () => string | undefined
  /** What vouches for that listener's certificate, PEM. */
  readonly tlsProxyAuthority: () => Promise<string | undefined>
  /** What goes through the proxy. */
  readonly traffic: () => TrafficFigures
  /** Every metric of the relay. */
  readonly metrics: () => readonly Family[]
  /** How the endpoints of a site are; none: it has none. */
  readonly endpointStates: (site: Site) => readonly EndpointState[]
  /** Undefined: this relay has none. */
  readonly gateway?: OwnGateway | undefined
  readonly version: string
  readonly log: Logger
}

/** The web server with the pages and the HTTP API. */
export interface Portal {
  /** Listens. `port_taken`; `config_unreadable` when the certificate or key cannot be read. */
  start(): Promise<void>
  /** Ends every event stream and connection. */
  stop(): Promise<void>
  /** Where people reach it, without a trailing slash: links begin with it. */
  url(): string
  /** HOST:PORT it listens at; '' before `start`. */
  readonly address: string
  /** Is this an address of the portal, as a client of the proxy names it? `localAddress`: where that client came in. */
  isAt(host: string, port: number, localAddress: string | undefined): boolean
  /** Answers a request that came to the proxy, its target in origin-form; the device stands for its user on handoff links. */
  answer(request: IncomingMessage, response: ServerResponse, device: DevicePrincipal): void
  /** Takes a connection by which a client of the proxy tunnels to the portal. */
  admit(connection: Duplex): void
  /** Takes a connection to the proxy's TLS listener on which a device has shown its certificate and asked for the API. */
  admitDevice(connection: TLSSocket): void
  /** Answers a request without a socket, as if it came from this machine. */
  readonly inject: FastifyInstance['inject']
}
