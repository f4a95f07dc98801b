import type { ClassifiedAddress } from './address-class.ts'

/** Who wants to connect, and so where they may. */
export type DestinationRule =
  /** An enrolled site: the networks it was enrolled in. `isLiteral`: its origin is an address, not a name. `isElsewhere`: see `Destination`. */
  | { readonly kind: 'site'; readonly networks: readonly ('public' | 'private' | 'loopback')[]; readonly isLiteral: boolean; readonly isElsewhere?: boolean }
  /** A host that is not enrolled. */
  | { readonly kind: 'tunnel' }

/** What is known of the relay's own machine at this address and port. */
export interface OwnFacts {
  /** One of the relay's own listeners answers there. */
  readonly isListener: boolean
  /** The address is one of this machine's. */
  readonly isThisMachine: boolean
}

export type Verdict = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Decides about one resolved address. Pure: it runs for every address of every new connection. */
export function decideDestination(address: ClassifiedAddress, own: OwnFacts, rule: DestinationRule): Verdict {
  if (own.isListener) return { ok: false, reason: 'it is the relay itself' }
  if (address.class === 'refused') return { ok: false, reason: `it is ${address.words}` }
  if (rule.kind === 'tunnel') {
    if (address.class !== 'public') return { ok: false, reason: `it is ${address.words}, and the host is not enrolled` }
    // A public address of this very machine leads past its firewall to what listens there.
    if (own.isThisMachine) return { ok: false, reason: "it is the relay's own machine, and the host is not enrolled" }
    return { ok: true }
  }
  if (rule.isElsewhere === true && own.isThisMachine) return { ok: false, reason: "it is the relay's own machine" }
  const network = networkOf(address, rule.isLiteral)
  if (network === undefined) return { ok: false, reason: `its name leads to ${address.words}` }
  if (rule.networks.includes(network)) return { ok: true }
  return { ok: false, reason: `it is ${address.words}, and the site is enrolled for ${rule.networks.join(' and ')} addresses` }
}

/** The network an address counts as; a link-local one counts as private where the address itself was enrolled, and nowhere else. */
export function networkOf(address: ClassifiedAddress, isLiteral: boolean): 'public' | 'private' | 'loopback' | undefined {
  if (address.class === 'refused') return undefined
  if (address.class === 'link-local') return isLiteral ? 'private' : undefined
  return address.class
}
