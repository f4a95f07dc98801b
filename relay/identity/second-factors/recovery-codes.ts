import { createHash, randomBytes } from 'node:crypto'

const count = 10

/** Without the letters and digits that are taken for one another: no I, L, O, U (Crockford's base 32). */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const length = 24

/**
 * Ten codes for who has lost his phone: `xxxxxx-xxxxxx-xxxxxx-xxxxxx`, 120 random bits each. With 112 or more, a plain hash keeps
 * them well at rest (OWASP ASVS 5.0, 6.5.2).
 */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: count }, () => {
    // 256 is a multiple of 32: every character is as likely.
    const text = Array.from(randomBytes(length), (byte) => alphabet[byte % 32]).join('')
    return text.replace(/.{6}(?=.)/g, '$&-')
  })
}

/** What is stored of a code, and looked for; undefined: the text is no such code. Read as people copy: in capitals, with spaces, `o` for `0`. */
export function recoveryHash(text: string): string | undefined {
  if (text.length > 100) return undefined
  const code = text
    .toLowerCase()
    .replace(/[\s-]+/g, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
  if (code.length !== length || [...code].some((character) => !alphabet.includes(character))) return undefined
  return createHash('sha256').update(`recovery code ${code}`).digest('base64url')
}
