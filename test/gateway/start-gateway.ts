import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import type { Account, Site } from '../../relay/accounts/index.ts'
import type { RecordingOrigin } from '../proxy/recording-origin.ts'
import { type StartedRelay, startRelay } from '../start-relay.ts'
import { Terminal } from './terminal.ts'

/** A relay with a gateway, one site, and an account `erp` of ann at it. */
export interface GatewayHouse extends StartedRelay {
  readonly site: Site
  readonly account: Account
  readonly userId: string
  /** https://erp.relay.test:PORT, of the site's first origin; or of a later one. */
  at(label?: string): string
  /** A browser-like client; signed in at the portal as ann, or as nobody. */
  terminal(user?: { readonly name: string; readonly password: string } | undefined): Promise<Terminal>
  readonly ann: { readonly name: string; readonly password: string }
  /** One more account of ann, at another site. */
  addSite(id: string, origin: RecordingOrigin): Promise<Account>
}

export interface GatewayHouseOptions {
  /** They are one site; the first has the login page. */
  readonly origins: readonly RecordingOrigin[]
  readonly delivery?: Site['delivery']
  readonly config?: Record<string, unknown>
  /** Ann's at the sites. */
  readonly password?: string
}

/** Until the test ends. Signs in when it is first asked for the site. */
export async function startGateway(t: Test, { origins, delivery = 'attach', config = {}, password = 'pw' }: GatewayHouseOptions): Promise<GatewayHouse> {
  const hosts = Object.fromEntries(['site.test', 'files.test', 'crm.test'].map((host) => [host, '127.0.0.1']))
  const relay = await startRelay(t, { config: { gateway: { listen: '127.0.0.1:0', domain: 'relay.test' }, ...config }, hosts })
  const ann = { name: 'ann', password: randomBytes(12).toString('hex') }
  const user = await relay.identity.addUser({ ...ann, role: 'member' })
  const addSite = (id: string, [first, ...more]: readonly RecordingOrigin[]): Promise<Site> => {
    const { origin, ca } = first as RecordingOrigin
    return relay.accounts.addSite({
      id,
      origins: [origin, ...more.map((one) => one.origin)],
      loginUrl: `${origin}/login`,
      adapter: 'form',
      settings: {},
      delivery,
      networks: ['loopback'],
      ...(ca === undefined ? {} : { ca }),
    })
  }
  const addAccount = (siteId: string): Promise<Account> => relay.accounts.addAccount({ owner: user.id, siteId, username: 'ann', secrets: { password } })
  const site = await addSite('erp', origins)
  const account = await addAccount('erp')
  const port = Number(relay.gateway?.address.split(':')[1])
  return {
    ...relay,
    site,
    account,
    userId: user.id,
    ann,
    at: (label = 'erp') => `https://${label}.relay.test:${port}`,
    terminal: (...given) => Terminal.open(relay, given.length === 0 ? ann : given[0]),
    addSite: async (id, origin) => {
      await addSite(id, [origin])
      return addAccount(id)
    },
  }
}
