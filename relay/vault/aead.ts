import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
/** Said to both ends: without it Node accepts a tag cut to 4 bytes (DEP0182). */
const authTagLength = 16

/** What AES-256-GCM yields. Nonces are random: a data key seals far fewer than the 2^32 records that NIST SP 800-38D allows. */
export interface Box {
  readonly nonce: Buffer
  readonly data: Buffer
  readonly tag: Buffer
}

export function sealBox(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Box {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength })
  cipher.setAAD(associated)
  const data = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return { nonce, data, tag: cipher.getAuthTag() }
}

/** Undefined when key, nonce, data, tag or associated data is not exactly what it was: no part of the plaintext is given then. */
export function openBox(key: Uint8Array, { nonce, data, tag }: Box, associated: Uint8Array): Buffer | undefined {
  if (nonce.length !== nonceBytes || tag.length !== authTagLength) return undefined
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength })
  decipher.setAAD(associated)
  decipher.setAuthTag(tag)
  // In GCM all of the plaintext is here before `final` has judged the tag.
  const plaintext = decipher.update(data)
  try {
    decipher.final()
    return plaintext
  } catch {
    plaintext.fill(0)
    return undefined
  }
}

/** A box as text, for JSON. */
export interface BoxText {
  readonly nonce: string
  readonly data: string
  readonly tag: string
}

export function toText({ nonce, data, tag }: Box): BoxText {
  return { nonce: nonce.toString('base64'), data: data.toString('base64'), tag: tag.toString('base64') }
}

/** Undefined for text that `toText` does not write: one box has one spelling, so no change of the text goes unseen. */
export function fromText(text: BoxText): Box | undefined {
  const nonce = fromBase64(text.nonce)
  const data = fromBase64(text.data)
  const tag = fromBase64(text.tag)
  return nonce === undefined || data === undefined || tag === undefined ? undefined : { nonce, data, tag }
}

/** Node decodes leniently: it skips what is not base64, takes the URL alphabet too, and drops stray bits at the end. */
export function fromBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** Parts as associated data; JSON keeps `['a', 'bc']` and `['ab', 'c']` apart. */
export function associate(...parts: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(parts))
}
