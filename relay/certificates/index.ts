/**
 * X.509 certificates: made at once, signed by a key on P-256.
 *
 * Knows no purpose: what a certificate is good for is its maker's to say, in its extensions.
 */

export { type KeyPair, keyIdOf, newKeyPair } from './key-pair.ts'
export { signCertificate, toPem } from './sign-certificate.ts'
