import 'reflect-metadata'
import type { X509Certificate } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import { id_ce_nameConstraints, NameConstraints } from '@peculiar/asn1-x509'
import { X509Certificate as ReadableCertificate } from '@peculiar/x509'

/** The hosts and addresses that a CA's certificate itself permits (RFC 5280 section 4.2.1.10), sorted; `invalid` (RFC 6761) stands for none. */
export function vouchedHosts({ raw }: X509Certificate): string[] {
  const extension = new ReadableCertificate(raw).getExtension(id_ce_nameConstraints)
  if (extension === null) return []
  const { permittedSubtrees = [] } = AsnConvert.parse(extension.value, NameConstraints)
  const names = [...permittedSubtrees].map(({ base }) => base.dNSName ?? base.iPAddress?.split('/')[0])
  return names.filter((name) => name !== undefined && name !== 'invalid').sort() as string[]
}
