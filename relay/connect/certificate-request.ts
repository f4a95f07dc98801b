import { KeyObject } from 'node:crypto'

/** A new key on P-256, PEM, and a request for a certificate that shows who holds it (PKCS#10, RFC 2986). */
export async function certificateRequest(name: string): Promise<{ readonly key: string; readonly request: string }> {
  // Only here: it takes a while to load. @peculiar/x509 needs the first.
  await import('reflect-metadata')
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({ name: [{ CN: [name] }], keys, signingAlgorithm: algorithm })
  return { key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(), request: `${request.toString('pem')}\n` }
}
