import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import type { AccountChoices, Accounts } from '../accounts/index.ts'
import type { Grants } from '../control/index.ts'
import type { DeviceCertificates, Identity } from '../identity/index.ts'
import type { Outbound } from '../outbound/index.ts'
import type { Sessions } from '../sessions/index.ts'
import type { Traffic } from '../traffic/index.ts'
import type { CertificateAuthority } from './ca/certificate-authority.ts'
import type { DevicePrincipal } from './device/device-credentials.ts'
import type { PageTokens } from './setup/chooser/page-tokens.ts'

/** What the proxy needs of the portal; app.ts brings the two together. */
export interface OwnPortal {
  isAt(host: string, port: number, localAddress: string | undefined): boolean
  answer(request: IncomingMessage, response: ServerResponse, device: DevicePrincipal): void
  admit(connection: Duplex): void
  admitDevice(connection: TLSSocket): void
}

export interface ProxyOptions {
  readonly config: Pick<Config, 'proxy' | 'limits'>
  readonly identity: Identity
  readonly deviceCertificates: DeviceCertificates
  readonly accounts: Accounts
  readonly choices: AccountChoices
  readonly grants: Grants
  readonly sessions: Sessions
  readonly outbound: Outbound
  readonly traffic: Traffic
  readonly ca: CertificateAuthority
  /** The portal itself, which clients that send everything through the proxy reach by it. */
  readonly portal: OwnPortal
  /** Asked for each error answer: the portal may have chosen its port at start. */
  readonly portalUrl: () => string
  readonly log: Logger
}

/** What every part of the proxy works with. */
export interface Rooms extends ProxyOptions {
  readonly pageTokens: PageTokens
}
