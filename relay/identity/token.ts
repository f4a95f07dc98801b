import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, base64url. */
export function createToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url')
}

/** Could it be one? 32 bytes are 43 characters of base64url. */
export function isToken(text: string, prefix = ''): boolean {
  return text.length === prefix.length + 43 && text.startsWith(prefix) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(prefix.length))
}

/**
 * What is stored and looked up in place of a token. A plain hash is enough for 256 random bits, and finding a record by it
 * tells nothing of the token by its time: nobody can choose a hash that nearly fits.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
