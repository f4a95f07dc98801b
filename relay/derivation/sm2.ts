import { createECDH, createHash } from 'node:crypto'
import { weierstrass } from '@noble/curves/abstract/weierstrass.js'

/** The curve of GB/T 32918.5. Node's own crypto makes keys on it, but neither encrypts nor agrees on a point. */
const Point = weierstrass({
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  h: 1n,
  a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  Gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  Gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
})

/** Public keys that were given lately, and how often. */
const given = new Map<string, { readonly key: ReturnType<typeof Point.fromHex>; times: number }>()
const mostGiven = 64

/**
 * SM2 encryption (GB/T 32918.4 section 6.1). `publicKey`: a point in hex, with or without the leading 04, or compressed. The result begins
 * with C1 without its 04, as the pages' library gives it.
 */
export function encryptSm2(publicKey: string, message: Buffer, order: 'C1C3C2' | 'C1C2C3'): Buffer {
  const key = readKey(/^[0-9a-f]{128}$/i.test(publicKey) ? `04${publicKey}` : publicKey)
  for (;;) {
    const once = createECDH('SM2')
    const c1 = once.generateKeys().subarray(1)
    const shared = Buffer.from(key.multiply(toScalar(once.getPrivateKey())).toBytes(false)).subarray(1)
    const mask = keyStream(shared, message.length)
    // Section 6.1, step A5: an all-zero key stream is not used.
    if (message.length > 0 && mask.every((byte) => byte === 0)) continue
    const c2 = Buffer.from(message.map((byte, index) => byte ^ (mask[index] ?? 0)))
    const c3 = sm3(shared.subarray(0, 32), message, shared.subarray(32))
    return Buffer.concat(order === 'C1C3C2' ? [c1, c3, c2] : [c1, c2, c3])
  }
}

/** A site's key is the same each time: from the second time on some of its multiples are kept, and encrypting takes a third of the time. */
function readKey(hex: string): ReturnType<typeof Point.fromHex> {
  const known = given.get(hex) ?? { key: Point.fromHex(hex), times: 0 }
  if (++known.times === 2) known.key.precompute(3)
  given.delete(hex)
  given.set(hex, known)
  for (const oldest of given.keys()) {
    if (given.size <= mostGiven) break
    given.delete(oldest)
  }
  return known.key
}

/** GB/T 32918.4 section 5.4.3. */
function keyStream(shared: Buffer, length: number): Buffer {
  const blocks: Buffer[] = []
  for (let count = 1; blocks.length * 32 < length; count++) {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(count)
    blocks.push(sm3(shared, counter))
  }
  return Buffer.concat(blocks).subarray(0, length)
}

function sm3(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sm3')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Node leaves out leading zeros. */
function toScalar(bytes: Buffer): bigint {
  return Point.Fn.fromBytes(Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]))
}
