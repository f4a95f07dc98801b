import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Account, Site } from '../../relay/accounts/index.ts'
import type { Device } from '../../relay/identity/index.ts'
import { type StartedRelay, startRelay } from '../start-relay.ts'
import type { ProxyAccess, TunnelTo } from './raw-client.ts'
import type { RecordingOrigin } from './recording-origin.ts'

/** What the relay has to know of a site's server. */
export type SiteServer = Pick<RecordingOrigin, 'origin' | 'host' | 'ca'>

/** A relay with one site, one account at it and one device of its owner. */
export interface House extends StartedRelay {
  readonly userId: string
  readonly device: Device
  readonly access: ProxyAccess
  /** http://DEVICE:TOKEN@HOST:PORT */
  readonly proxyUrl: string
  readonly site: Site
  readonly account: Account
  /** One more device of the same user. */
  addDevice(): Promise<ProxyAccess>
  tunnelTo(origin: SiteServer): TunnelTo
}

export interface HouseOptions {
  /** They are one site; the first has the login page. */
  readonly origins: readonly SiteServer[]
  readonly delivery?: Site['delivery']
  /** More of the site's declaration. */
  readonly declared?: Partial<Site>
  readonly config?: Record<string, unknown>
  readonly hosts?: Readonly<Record<string, string>>
  readonly now?: () => number
}

/** Runs until the test ends. Signs in when it is first asked for the site. */
export async function startHouse(t: Test, { origins, delivery = 'attach', declared = {}, config = {}, hosts = {}, now }: HouseOptions): Promise<House> {
  const names = Object.fromEntries(origins.map(({ origin }) => [new URL(origin).hostname, '127.0.0.1']))
  const relay = await startRelay(t, { config, hosts: { ...names, ...hosts }, ...(now === undefined ? {} : { now }) })
  const [first] = origins as [SiteServer]
  const user = await relay.identity.addUser({ name: 'ann', password: randomBytes(12).toString('hex'), role: 'member' })
  const site = await relay.accounts.addSite({
    id: 'erp',
    origins: origins.map(({ origin }) => origin),
    loginUrl: `${first.origin}/login`,
    adapter: 'form',
    settings: {},
    delivery,
    networks: ['loopback'],
    ...declared,
    ...(first.ca === undefined ? {} : { ca: first.ca }),
  })
  const account = await relay.accounts.addAccount({ owner: user.id, siteId: site.id, username: 'ann', secrets: { password: 'pw' } })
  const addDevice = async (): Promise<{ device: Device; token: string; access: ProxyAccess }> => {
    const { device, token } = await relay.identity.addDevice(user.id, `terminal-${randomBytes(3).toString('hex')}`)
    const authorization = `Basic ${Buffer.from(`${device.name}:${token}`).toString('base64')}`
    return { device, token, access: { ...relay.proxyAddress, authorization } }
  }
  const { device, token, access } = await addDevice()
  return {
    ...relay,
    userId: user.id,
    device,
    access,
    proxyUrl: `http://${device.name}:${token}@${relay.proxy.address}`,
    site,
    account,
    addDevice: async () => (await addDevice()).access,
    tunnelTo: (origin) => ({ authority: origin.host, ca: relay.certificateAuthority.pem() }),
  }
}
