import type { SentField } from '../../../adapters/index.ts'

/** More fields than any form by which a password is given. */
const mostFields = 200
/** Deeper than any script nests such a body. */
const mostDepth = 6

/**
 * The fields of a form as they are sent: urlencoded, multipart or JSON (there the name is the last key). Undefined for anything else, and
 * for what is not UTF-8: what it says cannot be known.
 */
export function readForm(contentType: string, body: Buffer): SentField[] | undefined {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim())
  const charset = parameterOf(parameters, 'charset') ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) return undefined
  switch (type.toLowerCase()) {
    case 'application/x-www-form-urlencoded':
      return readUrlencoded(body)
    case 'multipart/form-data':
      return readMultipart(body, parameterOf(parameters, 'boundary'))
    case 'application/json':
      return readJson(body)
    default:
      return undefined
  }
}

function readUrlencoded(body: Buffer): SentField[] | undefined {
  const fields: SentField[] = []
  for (const pair of body.toString('latin1').split('&', mostFields + 1)) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const [name, value] = [equals < 0 ? pair : pair.slice(0, equals), equals < 0 ? '' : pair.slice(equals + 1)].map(percentDecode)
    if (name === undefined || value === undefined) return undefined
    fields.push({ name, value })
  }
  return fields.length > mostFields ? undefined : fields
}

function percentDecode(text: string): string | undefined {
  const bytes = Buffer.from(
    text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  )
  return utf8(bytes)
}

/** RFC 7578. Files are passed over. */
function readMultipart(body: Buffer, boundary: string | undefined): SentField[] | undefined {
  if (boundary === undefined || boundary === '' || boundary.length > 70) return undefined
  // Byte for byte, so that nothing is lost before it is known to be text.
  const parts = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`, mostFields + 2)
  const fields: SentField[] = []
  for (const part of parts.slice(1)) {
    if (part.startsWith('--')) return fields
    const end = part.indexOf('\r\n\r\n')
    const disposition = /^content-disposition:[ \t]*form-data;(.*)$/im.exec(part.slice(0, Math.max(0, end)))?.[1] ?? ''
    const name = /(?:^|;)[ \t]*name="([^"\r\n]*)"/i.exec(disposition)?.[1]
    if (end < 0 || name === undefined) return undefined
    if (/;[ \t]*filename\*?=/i.test(disposition)) continue
    const [readName, value] = [unescapeName(name), part.slice(end + 4)].map((text) => utf8(Buffer.from(text, 'latin1')))
    if (readName === undefined || value === undefined) return undefined
    fields.push({ name: readName, value })
  }
  // Without its end it is not whole.
  return undefined
}

function unescapeName(name: string): string {
  return name.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
}

function readJson(body: Buffer): SentField[] | undefined {
  const fields: SentField[] = []
  try {
    const text = utf8(body)
    if (text === undefined) return undefined
    collect(JSON.parse(text), '', 0, fields)
  } catch {
    return undefined
  }
  return fields.length > mostFields ? undefined : fields
}

function collect(value: unknown, name: string, depth: number, fields: SentField[]): void {
  if (depth > mostDepth || fields.length > mostFields) return
  if (typeof value === 'string') fields.push({ name, value })
  else if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) collect(inner, key, depth + 1, fields)
}

function parameterOf(parameters: readonly string[], wanted: string): string | undefined {
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=')
    if (equals > 0 && parameter.slice(0, equals).trim().toLowerCase() === wanted)
      return parameter
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1')
  }
  return undefined
}

function utf8(bytes: Buffer): string | undefined {
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? text : undefined
}
