// @peculiar/x509 needs it loaded first.
import 'reflect-metadata'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { AsnConvert } from '@peculiar/asn1-schema'
import { GeneralName, GeneralSubtree, GeneralSubtrees, id_ce_nameConstraints, NameConstraints } from '@peculiar/asn1-x509'
import { Extension } from '@peculiar/x509'

/** What a CA certificate may vouch for and what not, as RFC 5280 4.2.1.10 subtrees. Addresses are CIDR. */
export interface NameRules {
  readonly permittedDns: readonly string[]
  readonly permittedIp: readonly string[]
  readonly excludedIp: readonly string[]
}

/**
 * The rules for a set of hosts (law 6). A name form without any permitted subtree is not constrained at all, so each form always has
 * one: a name nobody has (RFC 6761 `invalid`), or for addresses an exclusion of the whole family. Where an address is enrolled its
 * family cannot be excluded (exclusion wins), but a permitted iPAddress subtree leaves every other address out.
 *
 * A dNSName subtree holds the host's subdomains too: the standard has no exact form, and the leading dot that some verifiers
 * take for "subdomains only" makes others reject the certificate. So the relay's leaves keep to exact hosts, and a stolen CA key
 * reaches subdomains of enrolled hosts at most.
 */
export function nameRules(hosts: readonly string[]): NameRules {
  const dns = hosts.filter((host) => isIP(host) === 0)
  const v4 = hosts.filter(isIPv4)
  const v6 = hosts.filter(isIPv6)
  return {
    permittedDns: dns.length === 0 ? ['invalid'] : dns,
    permittedIp: [...v4.map((address) => `${address}/32`), ...v6.map((address) => `${address}/128`)],
    excludedIp: [...(v4.length === 0 ? ['0.0.0.0/0'] : []), ...(v6.length === 0 ? ['::/0'] : [])],
  }
}

/** The critical extension that carries these rules. */
export function nameConstraints(rules: NameRules): Extension {
  const dns = rules.permittedDns.map((name) => subtree(new GeneralName({ dNSName: name })))
  const permitted = [...dns, ...rules.permittedIp.map(addressSubtree)]
  const excluded = rules.excludedIp.map(addressSubtree)
  const value = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted),
    ...(excluded.length === 0 ? {} : { excludedSubtrees: new GeneralSubtrees(excluded) }),
  })
  return new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(value))
}

function addressSubtree(cidr: string): GeneralSubtree {
  return subtree(new GeneralName({ iPAddress: cidr }))
}

function subtree(base: GeneralName): GeneralSubtree {
  return new GeneralSubtree({ base })
}
