import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configSchema } from '../../../../config/index.ts'
import type { Relay } from '../../../app.ts'
import { type SeenExchange, type Tap, tapped } from './tapped-outbound.ts'

/** A relay for one recording: its proxy takes a browser to the site, and keeps what passes. */
export interface RecordingRelay {
  /** HOST:PORT. */
  readonly proxy: string
  /** What the proxy knows the browser by. */
  readonly username: string
  readonly password: string
  /** The certificate of the CA by which the proxy shows the site's origins; of nothing else. */
  readonly caFile: string
  /** SHA-256 of the key that the proxy shows, in base64; undefined: no origin is https. */
  readonly keyHash: string | undefined
  readonly origins: readonly string[]
  exchanges(): Promise<readonly SeenExchange[]>
  /** Hosts that the browser went to beside the site. */
  otherHosts(): readonly string[]
  stop(): Promise<void>
}

export interface RecordingOptions {
  /** Where signing in starts. */
  readonly url: URL
  /** Origins that take part, beside those that the login page names. */
  readonly origins: readonly string[]
  /** PEM of a private CA that vouches for the site. */
  readonly ca?: string
}

/** A window in which requests go to the site as they are is half an hour long; this one is as long as the recording. */
const reopenEvery = 600_000

/** Starts it in a data directory of its own, which is removed when it stops. */
export async function startRecordingRelay(options: RecordingOptions): Promise<RecordingRelay> {
  const { createMasterKey } = await import('../../../vault/index.ts')
  const { createRelay } = await import('../../../app.ts')
  const folder = await mkdtemp(join(tmpdir(), 'login-relay-record-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  let tap: Tap | undefined
  try {
    const listen = { listen: '127.0.0.1:0' }
    const config = configSchema.parse({ portal: listen, proxy: listen, log: { level: 'silent' } })
    await createMasterKey(config.masterKey, folder)
    const relay = await createRelay({
      config,
      folder,
      env: {},
      through: (outbound) => {
        tap = tapped(outbound)
        return tap.outbound
      },
    })
    await relay.start()
    try {
      return await openWindow(relay, tap as unknown as Tap, folder, options)
    } catch (error) {
      await relay.stop()
      throw error
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function openWindow(relay: Relay, tap: Tap, folder: string, options: RecordingOptions): Promise<RecordingRelay> {
  const origins = await enrolSite(relay, options)
  const user = await relay.identity.addUser({ name: 'recorder', password: randomBytes(18).toString('base64url'), role: 'member' })
  const { device, token } = await relay.identity.addDevice(user.id, 'recorder')
  const open = () => void relay.sessions.registrations.open(user.id, siteId)
  open()
  const reopening = setInterval(open, reopenEvery)
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, relay.certificateAuthority.pem())
  const secure = origins.find((origin) => origin.startsWith('https:'))
  return {
    proxy: relay.proxy.address,
    username: device.name,
    password: token,
    caFile,
    keyHash: secure === undefined ? undefined : await keyHashOf(relay, new URL(secure).hostname),
    origins,
    exchanges: () => tap.exchanges(),
    otherHosts: () => tap.otherHosts(),
    async stop() {
      clearInterval(reopening)
      await relay.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const siteId = 'site'

/** The origins: the site's own, those that its login page names, and those that were given. */
async function enrolSite({ accounts, login, outbound }: Relay, { url, origins: given, ca }: RecordingOptions): Promise<readonly string[]> {
  const own = ca === undefined ? {} : { ca }
  const seen = await login.probe(url, own).catch(() => undefined)
  const origins = [...new Set([url.origin, ...given, ...(seen?.origins ?? [])])]
  const networks = new Set((await Promise.all(origins.map((origin) => outbound.networksOf(new URL(origin).hostname)))).flat())
  await accounts.addSite({ id: siteId, origins, loginUrl: url.href, adapter: 'form', settings: {}, networks: [...networks], delivery: 'attach', ...own })
  return origins
}

async function keyHashOf({ certificateAuthority }: Relay, host: string): Promise<string> {
  const { cert } = await certificateAuthority.leafFor(host.replace(/^\[|\]$/g, ''))
  return createHash('sha256')
    .update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}
