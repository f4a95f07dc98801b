import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A new one on P-256. */
export function newKeyPair(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

/** RFC 7093 section 2, method 1: the leftmost 160 bits of the SHA-256 of a public key on P-256. */
export function keyIdOf(publicKey: KeyObject): string {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
  return createHash('sha256').update(point).digest('hex').slice(0, 40)
}
