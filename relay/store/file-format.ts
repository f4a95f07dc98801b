import { createHash } from 'node:crypto'

/** A record as the file holds it: id, version, and the value as JSON text. */
export interface FileRecord {
  readonly version: number
  readonly json: string
}

/** Everything in the file: records by id, by collection. */
export type FileContent = Map<string, Map<string, FileRecord>>

const marker = 'login-relay store 1'

/**
 * The file: a head line with the format and the SHA-256 of all that follows, then a line a record:
 * `["collection","id",version,value]`. A file that is cut anywhere does not match its checksum.
 */
export function encode(content: FileContent): Buffer {
  const lines: string[] = []
  for (const [collection, records] of content) {
    const name = JSON.stringify(collection)
    for (const [id, { version, json }] of records) lines.push(`[${name},${JSON.stringify(id)},${version},${json}]\n`)
  }
  const body = Buffer.from(lines.join(''))
  return Buffer.concat([Buffer.from(`${marker} ${digest(body)}\n`), body])
}

/** Undefined: torn, cut or not a store at all. */
export function decode(file: Buffer): FileContent | undefined {
  const headEnd = file.indexOf('\n')
  if (headEnd === -1) return undefined
  const body = file.subarray(headEnd + 1)
  if (file.subarray(0, headEnd).toString('latin1') !== `${marker} ${digest(body)}`) return undefined
  const content: FileContent = new Map()
  for (const line of body.toString().split('\n')) {
    if (line === '') continue
    const [collection, id, version, value] = JSON.parse(line) as [string, string, number, unknown]
    let records = content.get(collection)
    if (records === undefined) {
      records = new Map()
      content.set(collection, records)
    }
    records.set(id, { version, json: JSON.stringify(value) })
  }
  return content
}

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}
