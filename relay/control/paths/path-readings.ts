/** What servers make of a request's target, as far as it may differ from what is written: each way to read it is one. */
export interface Reading {
  /** Segments of the path in the comparing form, without empty ones. */
  readonly segments: readonly string[]
}

/** Escapes within escapes within escapes: no link has them. */
const mostDepth = 4
/** Scripts that stand before the path they serve: `/index.php/profile`. */
const frontScript = /^\/(?:index|app|app_dev|main|default)\.(?:php\d?|cgi|pl|py|aspx?|jspx?|cfm|do)(?=\/)/
const percent = /%u([0-9a-f]{4})|%([0-9a-f]{2})/gi

/**
 * Every reading of a path that a server in use is known to make: escapes undone once or more (in UTF-8, in the overlong forms that lax decoders
 * take, in the `%u` of IIS), wide and composed letters as plain ones, without regard to case, `\` as `/`, with and without `;params`,
 * dot segments resolved or not, names without the dots and spaces that Windows drops, cut at a `?` or `#` that was escaped.
 *
 * `undefined`: there is no end to its escapes, so nothing can be said of it.
 */
export function readingsOf(path: string): readonly Reading[] | undefined {
  const found = new Set<string>()
  let text = path
  for (let depth = 0; ; depth++) {
    const folded = foldText(text)
    for (const cut of new Set([folded, folded.replace(/[?#].*$/s, '')])) {
      for (const bare of new Set([cut, cut.replace(/;[^/]*/g, '')])) {
        for (const resolved of new Set([bare, resolveDots(bare)])) {
          found.add(resolved)
          found.add(resolved.replace(frontScript, ''))
        }
      }
    }
    const decoded = decodeOnce(text)
    if (decoded === text) break
    if (depth === mostDepth) return undefined
    text = decoded
  }
  return [...found].map((one) => ({ segments: segmentsOf(one) }))
}

/** Text in the form in which it is compared. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
    .replaceAll('\\', '/')
}

/** A target arrives a character a byte: its bytes, with escapes undone, read as UTF-8. */
export function decodeOnce(text: string): string {
  const wide: string[] = []
  const bytes = text.replace(percent, (_, unit: string | undefined, byte: string) => {
    if (unit === undefined) return String.fromCharCode(Number.parseInt(byte, 16))
    return String.fromCharCode(Number.parseInt(unit, 16))
  })
  // Each character below 256 is a byte; runs of them are read as UTF-8, overlong forms too.
  for (const run of bytes.match(/[^\u0100-\uffff]+|[\u0100-\uffff]+/g) ?? []) wide.push(run.charCodeAt(0) > 0xff ? run : readUtf8(run))
  return wide.join('')
}

/** Lax on purpose: what breaks the rules of UTF-8 is read as the laxest decoder reads it, and bytes that are none are kept. */
function readUtf8(bytes: string): string {
  return bytes.replace(
    /[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|[\xf8-\xfb][\x80-\xbf]{4}|[\xfc-\xfd][\x80-\xbf]{5}/g,
    (sequence) => {
      const [first = 0, ...rest] = [...sequence].map((character) => character.charCodeAt(0))
      const point = rest.reduce((sum, byte) => (sum << 6) | (byte & 0x3f), first & (0xff >> (rest.length + 2)))
      return point >= 0 && point <= 0x10ffff ? String.fromCodePoint(point) : sequence
    },
  )
}

function resolveDots(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && segment !== '') kept.push(segment)
  }
  return `/${kept.join('/')}`
}

function segmentsOf(path: string): string[] {
  return path.split('/').flatMap((segment) => {
    const name = /^\.+$/.test(segment) ? segment : segment.replace(/(?<![. ])[. ]+$/, '').trim()
    return name === '' || name === '.' ? [] : [name]
  })
}
