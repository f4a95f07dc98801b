import { BlockList, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import ipaddr from 'ipaddr.js'
import type { OwnFacts } from './destination-rule.ts'

/** The relay's own listeners and this machine's own addresses. */
export interface OwnListeners {
  set(addresses: readonly { readonly address: string; readonly port: number }[]): void
  /** About one resolved address. The machine's addresses are read anew: they come and go. */
  facts(address: string, port: number): OwnFacts
}

export function createOwnListeners(): OwnListeners {
  let listeners: { readonly address: string; readonly port: number; readonly isWildcard: boolean }[] = []
  return {
    set(addresses) {
      listeners = addresses.map(({ address, port }) => {
        const plain = standardForm(address)
        return { address: plain, port, isWildcard: plain === '0.0.0.0' || plain === '::' }
      })
    },
    facts(address, port) {
      const plain = standardForm(address)
      const isThisMachine = thisMachine().check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
      const isListener = listeners.some((own) => own.port === port && (own.address === plain || (own.isWildcard && isThisMachine)))
      return { isListener, isThisMachine }
    },
  }
}

function thisMachine(): BlockList {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  // Linux connects these to the machine itself.
  list.addAddress('0.0.0.0', 'ipv4')
  list.addAddress('::', 'ipv6')
  list.addAddress('::1', 'ipv6')
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family } of addresses ?? []) list.addAddress(standardForm(address), family === 'IPv4' ? 'ipv4' : 'ipv6')
  }
  return list
}

/** One spelling an address: no zone, IPv4-mapped as IPv4, IPv6 compressed. Throws for a name: it would match nothing. */
function standardForm(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  return ipaddr.process(bare).toString()
}
