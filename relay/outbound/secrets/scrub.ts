import { encodeValue } from './encode-value.ts'

const placeholder = '[secret]'

/** So many characters hardly stand in a page by chance. */
const beginningLength = 8

/** A value that left, and the charset it was written in. */
export interface LeftValue {
  readonly value: string
  readonly charset: string
}

/**
 * The pattern that finds a value in a text, however it is written there: as it is, URL-encoded (once or more, `+` or `%20`, in
 * UTF-8 or its charset), HTML-escaped (named, decimal, hex), JSON- or script-escaped, any mixture of these character by character; in
 * base64 and base64url at all three alignments, and in hex.
 *
 * A value of one or two characters is found only where it stands alone: replaced inside words, the gaps would tell it.
 */
export function patternOf({ value, charset }: LeftValue): RegExp {
  const characters = Array.from(value)
  const spelled = characters.map((character, index) => anySpelling(character, charset, backslashes(character, characters[index - 1]))).join('')
  if (characters.length < 3) return new RegExp(`(?<![\\p{L}\\p{N}])(?:${spelled})(?![\\p{L}\\p{N}])`, 'gu')
  const encoded = [Buffer.from(value), encodeValue(value, { as: 'multipart', charset })].flatMap((bytes) => [...base64Forms(bytes), anyHex(bytes)])
  // The longest first: what stands before must not cut a longer one short.
  return new RegExp([spelled, ...new Set(encoded)].join('|'), 'gu')
}

/**
 * What takes a value out of texts, however it is written there. The pattern of hundreds of characters (a cipher text of RSA or SM2) takes
 * tens of milliseconds to compile, and hardly any text holds one: its beginning is looked for first, and that only in texts that are as
 * long as the value, for no spelling is shorter. A match of the whole begins with one of the beginning where each character is encoded by
 * itself, as ASCII is in every charset that a form is sent in.
 */
export function scrubberOf(left: LeftValue): (text: string) => string {
  const hasBeginning = left.value.length > beginningLength && /^[ -~]+$/.test(left.value)
  let beginning: RegExp | undefined
  let whole: RegExp | undefined
  return (text) => {
    if (hasBeginning) {
      if (text.length < left.value.length) return text
      beginning ??= patternOf({ ...left, value: left.value.slice(0, beginningLength) })
      if (text.search(beginning) < 0) return text
    }
    whole ??= patternOf(left)
    return text.replace(whole, placeholder)
  }
}

/**
 * How many backslashes may stand before a character's escape: any number (JSON within JSON). Where the match may begin anywhere in a row of
 * them, as many as JSON four times within JSON has: more would be counted anew at each place, and a site chooses how long its rows are.
 */
function backslashes(character: string, before: string | undefined): string {
  return before === undefined || before === '\\' || character === '\\' ? '\\\\{1,16}' : '\\\\+'
}

function anySpelling(character: string, charset: string, backslashed: string): string {
  const code = character.codePointAt(0) ?? 0
  const spellings = new Set([
    literal(character),
    ...[Buffer.from(character), encodeValue(character, { as: 'multipart', charset })].flatMap((bytes) => [
      percentForm(bytes),
      literal(bytes.toString('latin1')),
    ]),
    literal(encodeValue(character, { as: 'urlencoded', charset }).toString('latin1')),
    `&#0*${code};?`,
    `&#[xX]0*${anyCase(code.toString(16))};?`,
    // JSON and script: UTF-16 units.
    Array.from({ length: character.length }, (_, unit) => `${backslashed}u${anyCase(character.charCodeAt(unit).toString(16).padStart(4, '0'))}`).join(''),
  ])
  const name = htmlNames[character]
  if (name !== undefined) spellings.add(`&(?:${name});?`)
  if (character === ' ') spellings.add('\\+')
  if (code < 0x100) spellings.add(`${backslashed}x${anyCase(code.toString(16).padStart(2, '0'))}`)
  const short = jsonShort[character] ?? (/["'/\\&<>=]/.test(character) ? character : undefined)
  if (short !== undefined) spellings.add(`${backslashed}${literal(short)}`)
  return `(?:${[...spellings].sort((a, b) => b.length - a.length).join('|')})`
}

/**
 * `%41`, and `%2541` where it was encoded twice; of several bytes, those that need it not as they are. One alone stands as it is among the
 * spellings already: read in two ways, each character of a text that almost holds the value would double the time.
 */
function percentForm(bytes: Buffer): string {
  const mayStand = (byte: number) => bytes.length > 1 && byte > 0x20 && byte < 0x7f
  return Array.from(bytes, (byte) => `(?:%(?:25)*${anyCase(hex(byte))}${mayStand(byte) ? `|${literal(String.fromCharCode(byte))}` : ''})`).join('')
}

function anyHex(bytes: Buffer): string {
  return Array.from(bytes, (byte) => anyCase(hex(byte))).join('')
}

/**
 * What every base64 text holds that has these bytes inside, whatever stands before and after: the digits that depend on them alone,
 * and the neighbours that hold a few of their bits.
 */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const digits = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const from = Math.ceil((offset * 8) / 6)
    const to = Math.floor(((offset + bytes.length) * 8) / 6)
    const before = offset === 0 ? '' : '[A-Za-z0-9+\\/_\\-]?'
    const after = digits.length > to ? '[A-Za-z0-9+\\/_\\-]?' : ''
    return before + Array.from(digits.slice(from, to), base64Digit).join('') + after
  })
}

function base64Digit(digit: string): string {
  if (digit === '+') return '(?:\\+|-|%2[bB]| )'
  if (digit === '/') return '(?:\\\\?\\/|_|%2[fF])'
  return digit
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

/** Hex digits in either case, also mixed. */
function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

const jsonShort: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v' }

/** HTML's names for the characters that are always escaped and for those of ISO 8859-1, from U+00A0 on. */
const latinNames =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
const htmlNames: Readonly<Record<string, string>> = {
  '&': 'amp|AMP',
  '<': 'lt|LT',
  '>': 'gt|GT',
  '"': 'quot|QUOT',
  "'": 'apos',
  ...Object.fromEntries(latinNames.split(' ').map((name, index) => [String.fromCharCode(0xa0 + index), name])),
}
