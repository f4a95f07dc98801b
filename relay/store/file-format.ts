import { isUtf8 } from 'node:buffer'
import { subtle } from 'node:crypto'

/** A record as the file holds it: one line of JSON, kept as bytes, so that a write serialises only what changed. */
export interface FileRecord {
  readonly version: number
  readonly line: Buffer
  /** Where in the line the value begins. */
  readonly valueStart: number
}

/** Everything in the file: records by id, by collection. */
export type FileContent = Map<string, Map<string, FileRecord>>

const family = 'login-relay store '
const marker = `${family}1`

/** `["collection","id",version,value]`. A value that JSON cannot hold is a TypeError. */
export function toRecord(collection: string, id: string, version: number, value: unknown): FileRecord {
  const json = JSON.stringify(value) as string | undefined
  if (json === undefined) throw new TypeError(`${collection}: a record is a JSON value`)
  const head = lineHead(collection, id, version)
  return { version, line: Buffer.from(`${head}${json}]\n`), valueStart: Buffer.byteLength(head) }
}

/** A copy of the value, the caller's own. */
export function readValue<T>({ line, valueStart }: FileRecord): T {
  return JSON.parse(line.toString('utf8', valueStart, line.length - 2)) as T
}

/**
 * The file: a first line with the format, its version and the SHA-256 of all that follows, then a line a record.
 * A file that is cut or changed anywhere does not match its checksum. The digest is made off the main thread.
 */
export async function encode(content: FileContent): Promise<Buffer[]> {
  const lines: Buffer[] = []
  for (const records of content.values()) for (const { line } of records.values()) lines.push(line)
  const body = Buffer.concat(lines)
  return [Buffer.from(`${marker} ${await digest(body)}\n`), body]
}

/** `damaged`: torn, cut, changed or not a store at all; `newer`: a store of a later format. */
export async function decode(file: Buffer): Promise<FileContent | 'damaged' | 'newer'> {
  const headEnd = file.indexOf('\n')
  if (headEnd === -1) return 'damaged'
  const head = file.toString('latin1', 0, headEnd)
  const body = file.subarray(headEnd + 1)
  if (head !== `${marker} ${await digest(body)}`) return isNewer(head) ? 'newer' : 'damaged'
  try {
    return readLines(body)
  } catch {
    // The checksum is right and the lines are not: something else wrote this.
    return 'damaged'
  }
}

function readLines(body: Buffer): FileContent {
  if (!isUtf8(body)) throw new SyntaxError('not UTF-8')
  const content: FileContent = new Map()
  for (let start = 0; start < body.length; ) {
    const end = body.indexOf('\n', start)
    if (end === -1) throw new SyntaxError('the last line does not end')
    const line = body.subarray(start, end + 1)
    start = end + 1
    const [collection, id, version] = JSON.parse(line.toString()) as [string, string, number]
    const head = lineHead(collection, id, version)
    if (!Number.isSafeInteger(version) || !line.toString().startsWith(head)) throw new SyntaxError('not a record')
    let records = content.get(collection)
    if (records === undefined) {
      records = new Map()
      content.set(collection, records)
    }
    records.set(id, { version, line, valueStart: Buffer.byteLength(head) })
  }
  return content
}

function lineHead(collection: string, id: string, version: number): string {
  return `[${JSON.stringify(collection)},${JSON.stringify(id)},${version},`
}

/** This version's own head can only be damaged; one with a higher number was written by a later relay. */
function isNewer(head: string): boolean {
  const match = /^(\d{1,9}) [0-9a-f]{64}$/.exec(head.startsWith(family) ? head.slice(family.length) : '')
  return Number(match?.[1]) > 1
}

async function digest(body: Buffer): Promise<string> {
  return Buffer.from(await subtle.digest('SHA-256', body)).toString('hex')
}
