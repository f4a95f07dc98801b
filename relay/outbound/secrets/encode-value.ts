import iconv from 'iconv-lite'
import { RelayError } from '../../errors.ts'
import type { Encoding } from '../contract.ts'

/** How a value can be written whatever the request it stands in. */
export type PlainEncoding = Exclude<Encoding, { readonly as: 'digest' }>

/**
 * A form value, JSON string or Basic credential as the bytes that stand in a message. Line ends are the caller's matter (the HTML
 * standard turns them into CRLF while the entry list is made).
 *
 * `bad_request` for a charset that nothing here can write, and for a Basic user name with a colon.
 */
export function encodeValue(text: string, encoding: PlainEncoding): Buffer {
  switch (encoding.as) {
    case 'urlencoded':
      return Buffer.from(percentEncode(encodeText(text, encoding.charset)), 'latin1')
    case 'multipart':
      return encodeText(text, encoding.charset)
    case 'json':
      return Buffer.from(JSON.stringify(text).slice(1, -1))
    case 'basic':
      // RFC 7617 section 2: a user-id with a colon is invalid, as the first colon ends it.
      if (encoding.username.includes(':')) throw new RelayError('bad_request', { params: { problem: 'a user name for HTTP Basic holds no colon' } })
      return Buffer.from(Buffer.from(`${encoding.username}:${text}`).toString('base64'))
  }
}

/** Encoding standard: in these a page may be read, but a form is written in UTF-8 ("get an output encoding"). */
const writtenAsUtf8 = /^(?:utf-?8|unicode-1-1-utf-8|replacement|utf-16(?:le|be)?)$/i
/** WHATWG names that iconv-lite knows by another. */
const otherNames: Readonly<Record<string, string>> = { 'x-mac-cyrillic': 'macukraine', 'x-x-big5': 'big5', 'ks_c_5601-1987': 'euc-kr' }

/** Encoding standard, "encode" with the error mode "html": a character outside the charset becomes `&#N;`. */
function encodeText(text: string, charset: string): Buffer {
  if (writtenAsUtf8.test(charset)) return Buffer.from(text.toWellFormed())
  const name = otherNames[charset.toLowerCase()] ?? charset
  if (!iconv.encodingExists(name)) throw new RelayError('bad_request', { params: { problem: `forms in the charset ${charset} cannot be written` } })
  const whole = iconv.encode(text, name)
  // iconv-lite reads unassigned bytes as U+FFFD, so it would write U+FFFD as one of them.
  if (!text.includes('\ufffd') && iconv.decode(whole, name, { stripBOM: false }) === text) return whole
  return Buffer.concat(Array.from(text.toWellFormed(), (character) => encodeCharacter(character, name)))
}

function encodeCharacter(character: string, charset: string): Buffer {
  const bytes = iconv.encode(character, charset)
  const isWritten = character !== '\ufffd' && iconv.decode(bytes, charset, { stripBOM: false }) === character
  return isWritten ? bytes : Buffer.from(`&#${character.codePointAt(0)};`)
}

/** URL standard, application/x-www-form-urlencoded percent-encode set; a space becomes a plus sign. */
function percentEncode(bytes: Buffer): string {
  let text = ''
  for (const byte of bytes) {
    if (byte === 0x20) text += '+'
    else if (isUnreserved(byte)) text += String.fromCharCode(byte)
    else text += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}

/** ASCII letters and digits, `*`, `-`, `.`, `_`. */
function isUnreserved(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2a ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x5f
  )
}
