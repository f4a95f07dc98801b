// @peculiar/x509 needs it loaded first.
import 'reflect-metadata'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { Pkcs10CertificateRequest } from '@peculiar/x509'
import { RelayError } from '../../errors.ts'

/** One of P-256 has less than five hundred. */
const longest = 8192

/**
 * The public key of a certificate request (PKCS#10, RFC 2986; PEM) whose maker has shown that he holds the private one. Nothing else
 * of it counts: the relay alone says what its certificate says. `bad_request` with the reason otherwise.
 */
export async function readCertificateRequest(pem: string): Promise<KeyObject> {
  const refuse = (problem: string): RelayError => new RelayError('bad_request', { params: { problem } })
  if (pem.length > longest || !/^-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----\r?\n/.test(pem)) throw refuse('the certificate request is not PKCS#10 in PEM')
  let request: Pkcs10CertificateRequest
  let publicKey: KeyObject
  try {
    request = new Pkcs10CertificateRequest(pem.replaceAll('NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST'))
    publicKey = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' })
  } catch {
    throw refuse('the certificate request cannot be read')
  }
  if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw refuse('the key of the certificate request is not on the curve P-256')
  }
  const isSigned = await request.verify().catch(() => false)
  if (!isSigned) throw refuse('the certificate request is not signed by its own key')
  return publicKey
}
