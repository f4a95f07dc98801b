import 'reflect-metadata'
import { createHash, generateKeyPairSync, KeyObject } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

/** What the door shows to the browser in the place of every site: good for nothing but this process and this browser. */
export interface DoorCertificate {
  readonly cert: string
  readonly key: string
  /** SHA-256 of its public key in base64: the browser is told to take this key, and no other, unseen. */
  readonly keyHash: string
}

const day = 86_400_000

/** A new one for each process of the browser; it is never written down. */
export async function createDoorCertificate(): Promise<DoorCertificate> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = {
    privateKey: pair.privateKey.toCryptoKey(algorithm, true, ['sign']),
    publicKey: pair.publicKey.toCryptoKey(algorithm, true, ['verify']),
  }
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=login-relay browser door',
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 30 * day),
    signingAlgorithm: algorithm,
    keys,
  })
  return {
    cert: certificate.toString('pem'),
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyHash: createHash('sha256')
      .update(pair.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
  }
}
