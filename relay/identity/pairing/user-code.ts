import { randomInt } from 'node:crypto'

/** RFC 8628 section 6.1: no vowels, so that no words come about, and no digits, so that a phone's keyboard need not change. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ'
const length = 8

/** Eight letters, 34.5 bits: `WDJB-MJHT`. */
export function newUserCode(): string {
  const letters = Array.from({ length }, () => alphabet[randomInt(alphabet.length)])
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
}

/** The code as a person types it: in any case, with anything between. Undefined: it can be none. */
export function readUserCode(text: string): string | undefined {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, '')
  if (letters.length !== length || /[^BCDFGHJKLMNPQRSTVWXZ]/.test(letters) || text.length > 40) return undefined
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}
