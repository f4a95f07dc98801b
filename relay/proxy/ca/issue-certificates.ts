// @peculiar/x509 needs it loaded first.
import 'reflect-metadata'
import type { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509'
import { type KeyPair, keyIdOf, signCertificate } from '../../certificates/index.ts'
import { nameConstraints, nameRules } from './name-constraints.ts'

const day = 24 * 60 * 60 * 1000
/** Two years, below the 825 days that macOS takes. */
const authorityDays = 730
const leafDays = 7
/** Clocks differ. */
const backDating = 5 * 60 * 1000

/** The CA's own certificate for these hosts: the same key and subject each time, so that what it signed before stays good. DER. */
export function issueAuthority(key: KeyPair, hosts: readonly string[], now: number): Buffer {
  const keyId = keyIdOf(key.publicKey)
  const name = authorityName(keyId)
  return signCertificate({
    subject: name,
    issuer: name,
    publicKey: key.publicKey,
    signingKey: key.privateKey,
    notBefore: now - backDating,
    notAfter: now + authorityDays * day,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      nameConstraints(nameRules(hosts)),
      new SubjectKeyIdentifierExtension(keyId),
      new AuthorityKeyIdentifierExtension(keyId),
    ],
  })
}

/** A certificate for one host. The name stands in subjectAltName alone, which is critical then (RFC 5280 4.2.1.6). DER. */
export function issueLeaf(authority: KeyPair, leafKey: KeyObject, host: string, now: number): { readonly der: Buffer; readonly expiresAt: number } {
  const authorityKeyId = keyIdOf(authority.publicKey)
  const expiresAt = now + leafDays * day
  const der = signCertificate({
    subject: new Name([]),
    issuer: authorityName(authorityKeyId),
    publicKey: leafKey,
    signingKey: authority.privateKey,
    notBefore: now - backDating,
    notAfter: expiresAt,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }], true),
      new SubjectKeyIdentifierExtension(keyIdOf(leafKey)),
      new AuthorityKeyIdentifierExtension(authorityKeyId),
    ],
  })
  return { der, expiresAt }
}

/** Each relay's CA has a name of its own, so that two of them in one trust store do not mix up. */
function authorityName(keyId: string): Name {
  return new Name([{ CN: [`Login Relay CA ${keyId.slice(0, 8)}`] }])
}
