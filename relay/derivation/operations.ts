import { constants, createCipheriv, createHash, createHmac, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { encryptSm2 } from './sm2.ts'

/** What pages make of a password, by the name it has in a transform. */
export type Operation =
  | Hash
  | `hmac${Capitalize<Hash>}`
  /** RSA of the last argument, PKCS#1 v1.5 (RFC 8017 section 7.2); before it a public key, or modulus and exponent in hex. */
  | 'rsa'
  /** RSAES-OAEP (RFC 8017 section 7.1) with SHA-1, with SHA-256. */
  | 'rsaOaep'
  | 'rsaOaepSha256'
  /** RSA without any padding (RSAEP, RFC 8017 section 5.1.1), as the oldest scripts do it: the text is one number, its first byte the highest. */
  | 'rsaRaw'
  /** Key, initial vector, text; padding of PKCS#7. */
  | 'aesCbc'
  | 'sm4Cbc'
  /** Key, text. */
  | 'aesEcb'
  | 'sm4Ecb'
  /** Public key in hex, text; C1 C3 C2 without the leading 04 (GB/T 32918.4). */
  | 'sm2'
  /** The order of before 2012. */
  | 'sm2C1C2C3'
  /** Base64 of text, and back; hex of text, and back. */
  | 'base64'
  | 'unbase64'
  | 'hex'
  | 'unhex'
  | 'upper'
  | 'lower'
  /** Its characters from the last to the first: scripts that take the first byte for the lowest. */
  | 'reverse'
  | 'encodeURIComponent'

export type Hash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'sm3'

export interface OperationKind {
  /** How many arguments it takes. */
  readonly takes: readonly number[]
  /** How it is written where the transform does not say. */
  readonly as: 'hex' | 'base64' | 'bytes' | 'text'
  make(given: readonly Buffer[]): Buffer
}

const nothing = Buffer.alloc(0)

export const operations: Readonly<Record<Operation, OperationKind>> = {
  md5: hash('md5'),
  sha1: hash('sha1'),
  sha256: hash('sha256'),
  sha384: hash('sha384'),
  sha512: hash('sha512'),
  sm3: hash('sm3'),
  hmacMd5: hmac('md5'),
  hmacSha1: hmac('sha1'),
  hmacSha256: hmac('sha256'),
  hmacSha384: hmac('sha384'),
  hmacSha512: hmac('sha512'),
  hmacSm3: hmac('sm3'),
  rsa: rsa({ padding: constants.RSA_PKCS1_PADDING }),
  rsaOaep: rsa({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }),
  rsaOaepSha256: rsa({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }),
  rsaRaw: { ...rsa({ padding: constants.RSA_NO_PADDING }, asLongAs), as: 'hex' },
  aesCbc: { takes: [3], as: 'base64', make: ([key = nothing, iv = nothing, text = nothing]) => encipher(`aes-${key.length * 8}-cbc`, key, iv, text) },
  aesEcb: { takes: [2], as: 'base64', make: ([key = nothing, text = nothing]) => encipher(`aes-${key.length * 8}-ecb`, key, null, text) },
  sm4Cbc: { takes: [3], as: 'base64', make: ([key = nothing, iv = nothing, text = nothing]) => encipher('sm4-cbc', key, iv, text) },
  sm4Ecb: { takes: [2], as: 'base64', make: ([key = nothing, text = nothing]) => encipher('sm4-ecb', key, null, text) },
  sm2: { takes: [2], as: 'hex', make: ([key = nothing, text = nothing]) => encryptSm2(key.toString(), text, 'C1C3C2') },
  sm2C1C2C3: { takes: [2], as: 'hex', make: ([key = nothing, text = nothing]) => encryptSm2(key.toString(), text, 'C1C2C3') },
  base64: { takes: [1], as: 'base64', make: ([text = nothing]) => text },
  unbase64: { takes: [1], as: 'bytes', make: ([text = nothing]) => fromText(text, /^[A-Za-z0-9+/_-]*={0,2}$/, 'base64') },
  hex: { takes: [1], as: 'hex', make: ([text = nothing]) => text },
  unhex: { takes: [1], as: 'bytes', make: ([text = nothing]) => fromText(text, /^(?:[0-9a-f]{2})*$/i, 'hex') },
  upper: { takes: [1], as: 'text', make: ([text = nothing]) => Buffer.from(text.toString().toUpperCase()) },
  lower: { takes: [1], as: 'text', make: ([text = nothing]) => Buffer.from(text.toString().toLowerCase()) },
  reverse: { takes: [1], as: 'text', make: ([text = nothing]) => Buffer.from(Array.from(text.toString()).reverse().join('')) },
  encodeURIComponent: { takes: [1], as: 'text', make: ([text = nothing]) => Buffer.from(encodeURIComponent(text.toString())) },
}

/** In hex, as nearly every page's script writes it. */
function hash(name: Hash): OperationKind {
  return { takes: [1], as: 'hex', make: ([text = nothing]) => createHash(name).update(text).digest() }
}

function hmac(name: Hash): OperationKind {
  return { takes: [2], as: 'hex', make: ([key = nothing, text = nothing]) => createHmac(name, key).update(text).digest() }
}

function rsa(options: { padding: number; oaepHash?: string }, made = (text: Buffer, _key: KeyObject) => text): OperationKind {
  return {
    takes: [2, 3],
    as: 'base64',
    make(given) {
      const text = given.at(-1) ?? nothing
      const [first = nothing, second = nothing] = given
      const key = given.length === 3 ? keyOfNumbers(first.toString(), second.toString()) : publicKey(first.toString())
      return publicEncrypt({ key, ...options }, made(text, key))
    },
  }
}

/** Zeros before it, up to the length of the modulus. What is longer than that is no number RSA can take: OpenSSL says so. */
function asLongAs(text: Buffer, key: KeyObject): Buffer {
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  return Buffer.concat([Buffer.alloc(Math.max(0, Math.ceil(length) - text.length)), text])
}

/** PEM (SPKI or PKCS#1), or the base64 inside of it. */
function publicKey(text: string): KeyObject {
  // Pages hold PEM in attributes and scripts, where its line ends have become spaces or `\n`.
  const inside = /-----BEGIN[^-]*-----([^-]*)-----END/.exec(text)?.[1] ?? text
  const key = keyOfBase64(inside.replace(/\\[nr]|\s+/g, ''))
  if (key.asymmetricKeyType !== 'rsa') throw new TypeError('it is not an RSA key')
  return key
}

function keyOfBase64(text: string): KeyObject {
  const key = Buffer.from(text, 'base64')
  try {
    return createPublicKey({ key, format: 'der', type: 'spki' })
  } catch {
    return createPublicKey({ key, format: 'der', type: 'pkcs1' })
  }
}

/** Modulus and exponent in hex, as `RSASetPublic(n, e)` of the older libraries takes them. */
function keyOfNumbers(modulus: string, exponent: string): KeyObject {
  const number = (digits: string): string => {
    if (!/^[0-9a-f]+$/i.test(digits)) throw new TypeError('it is not hex')
    return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex').toString('base64url')
  }
  return createPublicKey({ key: { kty: 'RSA', n: number(modulus), e: number(exponent) }, format: 'jwk' })
}

function encipher(name: string, key: Buffer, iv: Buffer | null, text: Buffer): Buffer {
  const cipher = createCipheriv(name, key, iv)
  return Buffer.concat([cipher.update(text), cipher.final()])
}

function fromText(text: Buffer, shape: RegExp, encoding: 'hex' | 'base64'): Buffer {
  if (!shape.test(text.toString())) throw new TypeError(`it is not ${encoding}`)
  return Buffer.from(text.toString(), encoding)
}
