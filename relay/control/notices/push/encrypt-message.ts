import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto'

/** What a browser gave to encrypt for it (RFC 8291 section 3.1, Push API section 8.1). */
export interface PushKeys {
  /** Its public key on P-256, an uncompressed point: 65 bytes. */
  readonly p256dh: Uint8Array
  /** The authentication secret it shares with who may write to it: 16 bytes. */
  readonly auth: Uint8Array
}

/** Used for one message alone; given only where the example of RFC 8291 is computed. */
interface OnceOnly {
  /** 16 bytes. */
  readonly salt: Uint8Array
  readonly sender: ECDH
}

/** RFC 8291 section 4: a push service takes a body of 4096 bytes, of which the header (86), the delimiter (1) and the tag (16) are not text. */
export const longestMessage = 3993

const recordSize = 4096
/** RFC 8188 section 2: marks the end of the text in the last record; zeros follow. */
const lastRecord = 0x02

/**
 * The body of a push message: RFC 8291 with the content coding `aes128gcm` of RFC 8188, in one record. `paddedTo`: the text is filled up to so many
 * bytes, so that the length of the message says nothing. Throws where the text is longer, or the key is no point of the curve.
 */
export function encryptMessage(text: Uint8Array, { p256dh, auth }: PushKeys, paddedTo: number, once: OnceOnly = newOnce()): Buffer {
  if (text.length > paddedTo || paddedTo > longestMessage) throw new Error('the push message is too long')
  const { salt, sender } = once
  const senderKey = sender.getPublicKey()
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, senderKey])
  const secret = hkdf(auth, sender.computeSecret(p256dh), keyInfo, 32)
  const key = hkdf(salt, secret, 'Content-Encoding: aes128gcm\0', 16)
  const nonce = hkdf(salt, secret, 'Content-Encoding: nonce\0', 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce, { authTagLength: 16 })
  const padding = Buffer.alloc(1 + paddedTo - text.length)
  padding[0] = lastRecord
  return Buffer.concat([salt, header(senderKey), cipher.update(text), cipher.update(padding), cipher.final(), cipher.getAuthTag()])
}

/** A point of P-256, uncompressed, and the secret in its length: what `encryptMessage` takes. */
export function areKeys({ p256dh, auth }: PushKeys): boolean {
  if (p256dh.length !== 65 || p256dh[0] !== 0x04 || auth.length !== 16) return false
  try {
    return newOnce().sender.computeSecret(p256dh).length === 32
  } catch {
    return false
  }
}

/** RFC 8188 section 2.1, after the salt: the size of records, and the sender's key as the key's id. */
function header(senderKey: Buffer): Buffer {
  const fixed = Buffer.alloc(5)
  fixed.writeUInt32BE(recordSize)
  fixed.writeUInt8(senderKey.length, 4)
  return Buffer.concat([fixed, senderKey])
}

function newOnce(): OnceOnly {
  const sender = createECDH('prime256v1')
  sender.generateKeys()
  return { salt: randomBytes(16), sender }
}

function hkdf(salt: Uint8Array, key: Uint8Array, info: string | Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, info, length))
}
