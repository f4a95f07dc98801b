import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import iconv from 'iconv-lite'

/**
 * A password that looks different in each encoding, and a core of it that looks the same in most: a text that was cut, or escaped in
 * a way nobody thought of, still shows the core.
 */
export interface Canary {
  readonly value: string
  readonly core: string
}

/** `start`: characters outside ASCII that the site's encoding has. */
export function newCanary(start = 'cäná'): Canary {
  const core = `k${randomBytes(8).toString('hex')}Z`
  return { value: `${start}"ry&+% /<7>'\\${core}?`, core }
}

/** The names of the forms in which these bytes hold one of the canaries; none: it is not there. */
export function formsIn(canaries: readonly Canary[], bytes: Buffer): string[] {
  return canaries.flatMap(formsOf).flatMap(({ name, needle }) => (bytes.includes(needle) ? [name] : []))
}

export interface Form {
  readonly name: string
  readonly needle: Buffer
}

const known = new WeakMap<Canary, readonly Form[]>()

/** Every form, each once. */
export function formsOf(canary: Canary): readonly Form[] {
  const present = known.get(canary)
  if (present !== undefined) return present
  const { value, core } = canary
  const forms = [...textForms(value), ...byteForms(value, 'utf-8'), ...byteForms(value, 'gbk'), ...byteForms(core, 'utf-8', 'its core ')]
  const seen = new Set<string>()
  const distinct = forms.filter(({ needle }) => !seen.has(needle.toString('hex')) && seen.add(needle.toString('hex')))
  known.set(canary, distinct)
  return distinct
}

function textForms(value: string): Form[] {
  const json = JSON.stringify(value).slice(1, -1)
  const written = (pattern: RegExp, as: (character: string) => string) => value.replace(pattern, as)
  const code = (character: string) => character.charCodeAt(0)
  const texts: Record<string, string> = {
    JSON: json,
    'JSON within JSON': JSON.stringify(json).slice(1, -1),
    'JSON in ASCII': json.replace(/[^\0-\x7f]/g, (character) => `\\u${code(character).toString(16).padStart(4, '0')}`),
    'JSON with slashes escaped': json.replaceAll('/', '\\/'),
    'HTML by name': written(/[&<>"']/g, (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[character]};`),
    'HTML text': written(/[&<>]/g, (character) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt' }[character]};`),
    'HTML by number': written(/[&<>"']/g, (character) => `&#${code(character)};`),
    'HTML by hexadecimal number': written(/[&<>"']/g, (character) => `&#x${code(character).toString(16)};`),
    'HTML, every character': written(/./gs, (character) => `&#${code(character)};`),
  }
  return Object.entries(texts).map(([name, text]) => ({ name, needle: Buffer.from(text) }))
}

function byteForms(value: string, charset: string, prefix = ''): Form[] {
  const raw = iconv.encode(value, charset)
  const named = (name: string, needle: Buffer | string): Form => ({
    name: `${prefix}${name} (${charset})`,
    needle: typeof needle === 'string' ? Buffer.from(needle, 'latin1') : needle,
  })
  const hex = raw.toString('hex')
  return [
    named('raw', raw),
    named('UTF-16LE', Buffer.from(value, 'utf16le')),
    named('UTF-16BE', Buffer.from(value, 'utf16le').swap16()),
    named('read as latin1', Buffer.from(raw.toString('latin1'))),
    named('hex', hex),
    named('HEX', hex.toUpperCase()),
    ...[/[^A-Za-z0-9*\-._]/, /[^A-Za-z0-9\-_.!~*'()]/, /[^A-Za-z0-9\-._~]/, /./s].flatMap((reserved) =>
      ['%20', '+'].flatMap((space) => [true, false].map((upper) => named('in a URL', percent(raw, { reserved, space, upper })))),
    ),
    ...['base64', 'base64url'].flatMap((alphabet) => [0, 1, 2].map((shift) => named(`${alphabet} shifted by ${shift}`, baseCore(raw, shift, alphabet)))),
  ]
}

function percent(raw: Buffer, { reserved, space, upper }: { reserved: RegExp; space: string; upper: boolean }): string {
  return Array.from(raw, (byte) => {
    const character = String.fromCharCode(byte)
    if (character === ' ') return space
    if (byte < 0x80 && !reserved.test(character)) return character
    const digits = byte.toString(16).padStart(2, '0')
    return `%${upper ? digits.toUpperCase() : digits}`
  }).join('')
}

/** What every base64 text with these bytes inside has, `shift` bytes after a group of three begins. */
function baseCore(raw: Buffer, shift: number, alphabet: string): string {
  const whole = Buffer.concat([Buffer.alloc(shift), raw, Buffer.alloc(3)]).toString(alphabet as BufferEncoding)
  return whole.slice(Math.ceil((shift * 4) / 3), Math.floor(((shift + raw.length) * 4) / 3))
}

/** Every file below a folder: its path and its bytes. */
export async function filesIn(folder: string): Promise<{ readonly what: string; readonly bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  try {
    return await Promise.all(paths.map(async (path) => ({ what: path, bytes: Buffer.concat([Buffer.from(`${path}\n`), await readFile(path)]) })))
  } catch (error) {
    // The relay that runs there has written its store meanwhile: what it wrote is read too.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return filesIn(folder)
    throw error
  }
}
