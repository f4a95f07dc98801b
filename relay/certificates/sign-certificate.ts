import { type KeyObject, randomBytes, sign } from 'node:crypto'
import { AsnConvert } from '@peculiar/asn1-schema'
import * as asn1 from '@peculiar/asn1-x509'
import type { Extension, Name } from '@peculiar/x509'

export interface CertificateFields {
  readonly subject: Name
  readonly issuer: Name
  readonly publicKey: KeyObject
  /** Of the issuer; EC P-256. */
  readonly signingKey: KeyObject
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: readonly Extension[]
}

const ecdsaWithSha256 = new asn1.AlgorithmIdentifier({ algorithm: '1.2.840.10045.4.3.2' })

/**
 * An X.509 v3 certificate, DER. At once and without a promise, so that the CA's certificate and the set of sites are never seen apart:
 * the generator of @peculiar/x509 signs by WebCrypto, which cannot.
 */
export function signCertificate(fields: CertificateFields): Buffer {
  const body = new asn1.TBSCertificate({
    version: asn1.Version.v3,
    serialNumber: newSerial(),
    signature: ecdsaWithSha256,
    issuer: AsnConvert.parse(fields.issuer.toArrayBuffer(), asn1.Name),
    validity: new asn1.Validity({ notBefore: new Date(fields.notBefore), notAfter: new Date(fields.notAfter) }),
    subject: AsnConvert.parse(fields.subject.toArrayBuffer(), asn1.Name),
    subjectPublicKeyInfo: AsnConvert.parse(fields.publicKey.export({ type: 'spki', format: 'der' }), asn1.SubjectPublicKeyInfo),
    extensions: new asn1.Extensions(fields.extensions.map((extension) => AsnConvert.parse(extension.rawData, asn1.Extension))),
  })
  const signed = Buffer.from(AsnConvert.serialize(body))
  const signature = sign('sha256', signed, { key: fields.signingKey, dsaEncoding: 'der' })
  const certificate = new asn1.Certificate({
    tbsCertificate: body,
    signatureAlgorithm: ecdsaWithSha256,
    signatureValue: new Uint8Array(signature).buffer,
  })
  return Buffer.from(AsnConvert.serialize(certificate))
}

/** RFC 5280 4.1.2.2: positive, at most 20 octets; here 128 bits whose first octet is 0x40..0x7f, so the DER integer is minimal as it stands. */
function newSerial(): ArrayBuffer {
  const serial = new Uint8Array(randomBytes(16))
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  return serial.buffer
}

export function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) as string[]
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
