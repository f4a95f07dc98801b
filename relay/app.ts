import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { openReader } from '../captcha/index.ts'
import type { Config } from '../config/index.ts'
import { type AccountChoices, type Accounts, createAccountChoices, createAccounts, createDeclarations, type Declarations } from './accounts/index.ts'
import { loadAdminToken } from './admin-token.ts'
import { openAccessLog } from './app/access-log-file.ts'
import { atOnce, inOrder, once } from './app/in-order.ts'
import { mailerOf } from './app/mail-server.ts'
import { wirePeople } from './app/people.ts'
import { tellAttention } from './app/tell-attention.ts'
import { type Audit, createAudit } from './audit/index.ts'
import { createGrantFiles, createGrants, createPlaces, type Grants } from './control/index.ts'
import { createNotices, type Notices } from './control/notices/index.ts'
import { createGateway, type Gateway, gatewayDomain } from './gateway/index.ts'
import type { DeviceCertificates, Identity, Invites } from './identity/index.ts'
import { splitAddress } from './listening.ts'
import { CaptchaMemories, createLogin, type Login } from './login/index.ts'
import { processFamilies } from './metrics/index.ts'
import { createOutbound, type Outbound, type OutboundOptions } from './outbound/index.ts'
import { createPortal, type Portal, portalUrl, tellLent } from './portal/index.ts'
import { type CertificateAuthority, createCertificateAuthority, createProxy, type Proxy as ForwardProxy, pacFile, tlsHost } from './proxy/index.ts'
import {
  recordEnds,
  recordedAccounts,
  recordedChoices,
  recordedGrants,
  recordedLogin,
  recordedNotices,
  recordedSessions,
  recordedVault,
} from './recorded/index.ts'
import { announceRunning, withdrawRunning } from './running.ts'
import { createSessionMetrics, createSessions, createSignInSpans, type Sessions } from './sessions/index.ts'
import { createFileStore, type Store } from './store/index.ts'
import { openTracing, type TracingOptions } from './tracing/index.ts'
import { createKeepAlive, createTraffic, type ExchangeObserver, type KeepAlive, RequestSpans, type Traffic } from './traffic/index.ts'
import { createVault, type Vault } from './vault/index.ts'
import { openSecret } from './vault/open-secret.ts'
import { version } from './version.ts'

export interface RelayOptions {
  readonly config: Config
  /** The data directory, absolute. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly log?: Logger
  /** `local`: no proxy, the portal on a loopback port the system chooses: for a command that runs while no server does. */
  readonly listen?: 'all' | 'local'
  /** Name resolution, for tests; default: the system's. */
  readonly lookup?: OutboundOptions['lookup']
  /** Puts something between the relay and the way out: for a command that records what passes. */
  readonly through?: (outbound: Outbound) => Outbound
  /** The clock of identity, accounts and sessions, for tests; default: the system's. Milliseconds since 1970. */
  readonly now?: () => number
}

/** A relay with every room wired. Nothing runs before `start`; `stop` undoes it in reverse order. */
export interface Relay {
  start(): Promise<void>
  /** `patience`: milliseconds for what the proxy has under way; default: none. */
  stop(patience?: number): Promise<void>
  readonly log: Logger
  readonly store: Store
  readonly vault: Vault
  readonly audit: Audit
  readonly identity: Identity
  readonly deviceCertificates: DeviceCertificates
  readonly invites: Invites
  readonly accounts: Accounts
  /** Which account a device uses where its user has several. */
  readonly choices: AccountChoices
  /** Who lends what to whom. */
  readonly grants: Grants
  /** The files that say what the sites are. */
  readonly declarations: Declarations
  readonly outbound: Outbound
  readonly login: Login
  readonly sessions: Sessions
  readonly notices: Notices
  readonly traffic: Traffic
  readonly keepAlive: KeepAlive
  readonly certificateAuthority: CertificateAuthority
  readonly portal: Portal
  readonly proxy: ForwardProxy
  /** Undefined: none is configured. */
  readonly gateway: Gateway | undefined
  /** The local administrator's token. */
  readonly adminToken: string
}

/** The only place where rooms are wired together. */
export async function createRelay({
  config,
  folder,
  env,
  lookup,
  through,
  now = Date.now,
  listen = 'all',
  log = createLog(config),
}: RelayOptions): Promise<Relay> {
  // What a command is told of it, such as a link for somebody, is of the relay that people reach.
  const settings = listen === 'all' ? config : { ...config, portal: { listen: '127.0.0.1:0', publicUrl: portalUrl(config.portal) } }
  const adminToken = await loadAdminToken(folder)
  const store = createFileStore({ folder })
  const vault = createVault({ store, masterKey: settings.masterKey, folder, env })
  const audit = createAudit({ store, vault, folder, settings: settings.audit, now, log })
  const people = wirePeople({ store, vault, audit, settings: settings.identity, now, log })
  const { identity, deviceCertificates, invites } = people
  const accounts = recordedAccounts(createAccounts({ store, vault, now }), audit)
  const choices = recordedChoices(createAccountChoices({ store, identity, accounts, now, log }), identity, audit)
  const wayOut = createOutbound({
    openSecret,
    upstream: { proxy: settings.outbound.upstreamProxy, resolve: settings.outbound.upstreamResolve, env },
    ...(lookup === undefined ? {} : { lookup }),
  })
  const outbound = through?.(wayOut) ?? wayOut
  const places = createPlaces({ settings: settings.places, outbound, isNeeded: listen === 'all', now, log })
  const grants = recordedGrants(createGrants({ store, identity, accounts, places, now, log }), accounts, audit)
  const grantFiles = createGrantFiles({
    folder: join(folder, 'grants'),
    grants,
    accounts,
    identity,
    tell: (grant, what) => tellLent({ notices, grants, identity }, grant, what, 'a policy in a file of who runs the relay'),
    log,
  })
  const mailer = mailerOf(settings.notices, env)
  const { webhooks, webPush } = settings.notices
  const notices = recordedNotices(
    createNotices({
      store,
      audit,
      accounts,
      identity,
      delivery: { vault, outbound, mailer, webhooks, webPush, portalUrl: () => portal.url(), sends: listen === 'all' },
      now,
      log,
    }),
    audit,
  )
  const { listen: gatewayListen, domain: gatewayName, ...gatewayTls } = settings.gateway
  const ownDomain =
    gatewayListen === undefined || gatewayName === undefined || gatewayTls.certificate !== undefined ? {} : { ownDomain: gatewayDomain(gatewayName) }
  const proxyHost = settings.proxy.certificate === undefined ? tlsHost(settings.proxy) : undefined
  const ownHost = proxyHost === undefined ? {} : { ownHost: proxyHost }
  const certificateAuthority = createCertificateAuthority({ store, vault, accounts, ...ownDomain, ...ownHost })
  const { captchaModels } = settings.login
  // Models of one's own are looked at now: that they are damaged is told when the relay starts, not at a captcha.
  const ownReader = captchaModels === undefined ? undefined : await openReader({ model: captchaModels })
  const ownLogin = createLogin({
    outbound,
    openReader: async () => ownReader ?? openReader(),
    memories: new CaptchaMemories({ store, vault, accounts, log }),
    settings: settings.login,
    log,
    isolation: { megabytes: settings.adapters.memoryMegabytes, stallSeconds: settings.adapters.stallSeconds },
    ...(settings.adapters.folder === undefined ? {} : { adaptersFolder: settings.adapters.folder }),
  })
  const login = recordedLogin(ownLogin, audit)
  const declarations = createDeclarations({
    folder: settings.sites.folder ?? join(folder, 'sites'),
    accounts,
    adapters: { schemaOf: (adapter) => login.settingsSchema(adapter), adapterNames: () => login.adapters.map(({ name }) => name) },
    checkReach: (site) => outbound.checkEndpoints(site),
    log,
  })
  const sessions = recordedSessions(
    createSessions({
      store,
      vault,
      accounts,
      login,
      settings: { ...settings.sessions, personSeconds: settings.login.personSeconds },
      serves: listen === 'all',
      now,
      log,
    }),
    accounts,
    audit,
  )
  recordEnds(sessions, audit, log)
  tellAttention(sessions, accounts, notices)
  accounts.onSitesChanged(() => outbound.forgetEndpoints((id) => accounts.site(id)?.endpoints === undefined))
  grants.onChanged(({ accountId, ends }) => {
    if (accountId === undefined || ends !== true) return
    // Law 7: who may still use it opens it anew.
    sessions.tickets
      .revoke(accountId, accounts.account(accountId)?.owner)
      .catch((error) => log.error({ err: error }, 'tickets of a lent account could not be revoked'))
  })
  certificateAuthority.onReissued(({ added, removed }) => {
    void audit
      .record({ act: 'ca.reissue', outcome: 'done', details: { added: added.join(' '), removed: removed.join(' ') } })
      .catch((error: unknown) => log.error({ err: error }, 'a new certificate of the CA could not be recorded'))
  })
  const sessionMetrics = createSessionMetrics(sessions, accounts)
  const accessLog = openAccessLog(settings, folder)
  const tracing =
    settings.tracing.endpoint === undefined ? undefined : await openTracing(tracingOptions(settings.tracing.endpoint, settings.tracing.percent, log))
  const observers: ExchangeObserver[] = []
  if (accessLog !== undefined) observers.push(accessLog.log)
  if (tracing !== undefined) observers.push(new RequestSpans(tracing, createSignInSpans(sessions, tracing)))
  const traffic = createTraffic({
    config: settings,
    sessions,
    outbound,
    audit,
    grants,
    portalUrl: () => portal.url(),
    log,
    observers,
  })
  const keepAlive = createKeepAlive({ accounts, sessions, outbound, live: traffic.live, now, log })
  const proxy = createProxy({
    config: settings,
    identity,
    deviceCertificates,
    accounts,
    choices,
    grants,
    sessions,
    outbound,
    traffic,
    ca: certificateAuthority,
    portalUrl: () => portal.url(),
    portal: {
      isAt: (...place) => portal.isAt(...place),
      answer: (...exchange) => portal.answer(...exchange),
      admit: (connection) => portal.admit(connection),
      admitDevice: (connection) => portal.admitDevice(connection),
    },
    log,
  })
  const gateway =
    gatewayListen === undefined || gatewayName === undefined
      ? undefined
      : createGateway({
          settings: { listen: gatewayListen, domain: gatewayName, ...gatewayTls },
          identity,
          accounts,
          grants,
          traffic,
          leafFor: (name) => certificateAuthority.leafFor(name),
          portalUrl: () => portal.url(),
          log,
        })
  const proxyAddress = () => settings.proxy.publicAddress ?? proxy.address
  const tlsProxyAddress = () => proxy.tlsAddress && (settings.proxy.tlsAddress ?? proxy.tlsAddress)
  const pacAddress = (): [string, 'http' | 'https'] => {
    const overTls = tlsProxyAddress()
    return overTls === undefined ? [proxyAddress(), 'http'] : [overTls, 'https']
  }
  const portal: Portal = createPortal({
    config: settings,
    folder,
    ...people,
    accounts,
    choices,
    grants,
    grantFiles,
    declarations,
    login,
    sessions,
    vault: recordedVault(vault, audit),
    audit,
    notices,
    cutDevice: (id) => traffic.live.cutDevice(id),
    adminToken,
    caPem: () => certificateAuthority.pem(),
    now,
    pacFile: async () => pacFile(await accounts.listSites(), ...pacAddress()),
    proxyAddress,
    tlsProxyAddress,
    tlsProxyAuthority: () => proxy.tlsAuthority(),
    traffic: () => proxy.figures(),
    metrics: () => [...processFamilies(version), ...proxy.families(), ...sessionMetrics.families(), ...keepAlive.families(), ...outbound.families()],
    endpointStates: (site) => outbound.endpointStates(site),
    gateway: listen === 'all' ? gateway : undefined,
    version,
    log,
  })

  const doors = listen === 'all' ? [proxy, ...(gateway === undefined ? [] : [gateway])] : []
  const ownPlaces = () => {
    const overTls = proxy.tlsAddress === undefined ? [] : [proxy.tlsAddress]
    return [portal.address, ...doors.map(({ address }) => address), ...overTls].map(splitAddress).map(({ host, port }) => ({ address: host, port }))
  }
  const portalScheme = settings.portal.certificate === undefined ? 'http' : 'https'
  const running = inOrder([
    store,
    // From here on the folder is this one's: what tells of a relay there was left behind by one that was killed.
    once(() => withdrawRunning(folder)),
    vault,
    audit,
    identity,
    people.phrases,
    deviceCertificates,
    accounts,
    choices,
    places,
    grants,
    outbound,
    certificateAuthority,
    login,
    declarations,
    notices,
    // Of what it lends and takes back people are told.
    grantFiles,
    sessions,
    ...(listen === 'all' ? [keepAlive] : []),
    portal,
    // After who signs out at sites what a pairing that is over was given.
    people.pairings,
    atOnce(doors),
    once(() => outbound.refuseOwn(ownPlaces())),
    ...(listen === 'all'
      ? [
          {
            start: () => announceRunning(folder, { pid: process.pid, portal: `${portalScheme}://${portal.address}`, proxy: proxy.address }),
            stop: () => withdrawRunning(folder),
          },
        ]
      : []),
  ])

  async function stop(patience?: number): Promise<void> {
    await running.stop(patience)
    accessLog?.close()
    await tracing?.stop()
  }

  async function start(): Promise<void> {
    await running.start().catch(async (error: unknown) => {
      await stop()
      throw error
    })
  }

  return {
    start,
    stop,
    log,
    store,
    vault,
    audit,
    identity,
    deviceCertificates,
    invites,
    accounts,
    choices,
    grants,
    declarations,
    outbound,
    login,
    sessions,
    notices,
    traffic,
    keepAlive,
    certificateAuthority,
    portal,
    proxy,
    gateway,
    adminToken,
  }
}

function tracingOptions(endpoint: string, percent: number, log: Logger): TracingOptions {
  return {
    endpoint,
    percent,
    version,
    onState(failure) {
      if (failure === undefined) log.info({ endpoint }, 'the collector takes traces again')
      else log.warn({ endpoint, reason: failure.message }, 'the collector does not take traces; they are lost until it does')
    },
  }
}

/** JSON lines on standard error: standard output belongs to the commands. */
export function createLog(config: Config): Logger {
  return pino({ level: config.log.level, base: null }, pino.destination({ dest: 2, sync: false }))
}
