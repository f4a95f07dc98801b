import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** A certificate with its key, PEM. */
export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

export interface TestAuthority extends TestCertificate {
  /** A certificate for a host or address; valid for an hour around now unless `daysAgo` says that it ended. */
  issue(host: string, options?: { readonly endedDaysAgo?: number }): Promise<TestCertificate>
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const hour = 3_600_000

/** A CA of the test's own: nothing trusts it unless told to. */
export async function createTestAuthority(): Promise<TestAuthority> {
  const keys = await newKeys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=A private CA',
    keys,
    ...around(0),
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  return {
    ...(await pem(root, keys)),
    async issue(host, { endedDaysAgo } = {}) {
      const leafKeys = await newKeys()
      const type = /^[\d.]+$|:/.test(host) ? 'ip' : 'dns'
      const leaf = await x509.X509CertificateGenerator.create({
        subject: 'CN=a site',
        issuer: root.subject,
        publicKey: leafKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        ...around(endedDaysAgo === undefined ? 0 : endedDaysAgo * 24 * hour),
        extensions: [new x509.SubjectAlternativeNameExtension([{ type, value: host }])],
      })
      return pem(leaf, leafKeys)
    },
  }
}

export async function selfSigned(host: string): Promise<TestCertificate> {
  const keys = await newKeys()
  const extensions = [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])]
  return pem(await x509.X509CertificateGenerator.createSelfSigned({ name: `CN=${host}`, keys, ...around(0), signingAlgorithm: algorithm, extensions }), keys)
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>
}

async function pem(certificate: x509.X509Certificate, { privateKey }: webcrypto.CryptoKeyPair): Promise<TestCertificate> {
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', privateKey))
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${key.toString('base64')}\n-----END PRIVATE KEY-----\n` }
}

function around(endedAgo: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - endedAgo - hour), notAfter: new Date(Date.now() - endedAgo + (endedAgo > 0 ? 0 : hour)) }
}
