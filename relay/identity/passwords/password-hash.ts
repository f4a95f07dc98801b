import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Turns } from './turns.ts'

/** Cost of scrypt (RFC 7914): memory is 128 * N * r bytes. */
export interface Cost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** A password at rest. Its cost stands beside it, so that a later version can raise the cost and still check old ones. */
export interface PasswordHash extends Cost {
  readonly algorithm: 'scrypt'
  /** Base64. */
  readonly salt: string
  /** Base64. */
  readonly hash: string
}

/** The OWASP Password Storage Cheat Sheet's first choice for scrypt (read 2026): N=2^17, r=8, p=1, which takes 128 MiB. */
export const currentCost: Cost = { N: 2 ** 17, r: 8, p: 1 }

const keyBytes = 32
const derive = promisify<Buffer, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** Hashes and checks passwords, a few at a time. */
export class PasswordHasher {
  readonly #turns: Turns
  readonly #cost: Cost
  /** Stands in for a user who does not exist: the same work, and no password fits. */
  readonly #nobody: PasswordHash

  constructor(turns: Turns, cost: Cost = currentCost) {
    this.#turns = turns
    this.#cost = cost
    this.#nobody = { algorithm: 'scrypt', ...cost, salt: randomBytes(16).toString('base64'), hash: randomBytes(keyBytes).toString('base64') }
  }

  async hash(password: string): Promise<PasswordHash> {
    const salt = randomBytes(16)
    const hash = await this.#derive(password, salt, this.#cost)
    return { algorithm: 'scrypt', ...this.#cost, salt: salt.toString('base64'), hash: hash.toString('base64') }
  }

  /** Does the password fit? Takes the time of one hash, stored or not. */
  async fits(password: string, stored: PasswordHash = this.#nobody): Promise<boolean> {
    const expected = Buffer.from(stored.hash, 'base64')
    const actual = await this.#derive(password, Buffer.from(stored.salt, 'base64'), stored)
    return expected.length === keyBytes && timingSafeEqual(actual, expected)
  }

  /** Was it made at another cost than today's? */
  isOutdated({ N, r, p }: PasswordHash): boolean {
    return N !== this.#cost.N || r !== this.#cost.r || p !== this.#cost.p
  }

  #derive(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
    // Node's default limit is 32 MiB; OpenSSL needs a little more than the 128 * N * r of the algorithm.
    return this.#turns.take(() => derive(Buffer.from(normalise(password)), salt, keyBytes, { N, r, p, maxmem: 128 * r * (N + p) + 1_048_576 }))
  }
}

/**
 * NFKC, as NIST SP 800-63B advises for passwords with Unicode in them: the same keys on another system may compose a letter
 * otherwise. Nothing else is changed; no white space is trimmed.
 */
export function normalise(password: string): string {
  return password.normalize('NFKC')
}
