import { once } from 'node:events'
import { connect } from 'node:net'
import type { Test } from 'tap'
import { configSchema } from '../../../config/index.ts'
import { createProxy, type Proxy as ForwardProxy } from '../../../relay/proxy/index.ts'
import type { ProxyAccess } from '../raw-client.ts'
import type { House } from '../start-house.ts'

/**
 * One more proxy on the house, whose way to hosts that are not enrolled ends at this port of this machine: the real rule lets no
 * one through to it.
 */
export async function withOtherHosts(
  t: Test,
  house: House,
  port: number,
  limits: Record<string, number> = {},
): Promise<ProxyAccess & { readonly proxy: ForwardProxy }> {
  const { identity, deviceCertificates, accounts, choices, grants, sessions, certificateAuthority: ca, outbound, traffic, log } = house
  const proxy = createProxy({
    config: configSchema.parse({ proxy: { listen: '127.0.0.1:0', otherHosts: 'tunnel' }, limits }),
    ...{ identity, deviceCertificates, accounts, choices, grants, sessions, traffic, ca, log },
    outbound: {
      ...outbound,
      async connect() {
        const socket = connect(port, '127.0.0.1')
        await once(socket, 'connect')
        return socket
      },
    },
    portal: house.portal,
    portalUrl: () => 'http://portal.test',
  })
  await proxy.start()
  t.teardown(() => proxy.stop())
  return { ...house.access, port: Number(proxy.address.split(':')[1]), proxy }
}
