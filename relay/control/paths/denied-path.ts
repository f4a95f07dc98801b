import { paramsOf } from './params.ts'
import { decodeOnce, type Reading, readingsOf } from './path-readings.ts'

/** A request as far as it may name a path. */
export interface AskedPath {
  /** Path and query as they go to the site, a character a byte, without a `#`. */
  readonly target: string
  /** Its fields, flat: some servers take the path from one of them (`X-Original-URL`). */
  readonly fields: readonly string[]
}

interface Pattern {
  readonly text: string
  readonly segments: readonly string[]
  readonly query: readonly (readonly [name: string, value: string])[]
}

const patterns = new WeakMap<readonly string[], readonly Pattern[]>()
/** Fields that name an address, but for those that browsers write about the page they are on. */
export const addressField = /url|uri|path|rewrite|original|destination|route|prefix/i

/**
 * The path of these that the request is for, by any reading a server may make of it (path-readings.ts); undefined: none. A path stands for what
 * is below it too, `*` for one segment; `?page=password` wants that in the query. What cannot be read is for the first of them.
 */
export function deniedPath(denied: readonly string[], { target, fields }: AskedPath): string | undefined {
  if (denied.length === 0) return undefined
  const wanted = patternsOf(denied)
  const [path, query] = split(target)
  const addresses = [path]
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string]
    if (addressField.test(name)) addresses.push(pathIn(value), `${pathIn(value)}/${path}`)
  }
  const params = paramsOf(query)
  for (const address of addresses) {
    const readings = readingsOf(address)
    if (readings === undefined) return denied[0]
    const found = wanted.find((pattern) => hasQuery(pattern, params) && readings.some((reading) => isBelow(reading, pattern.segments)))
    if (found !== undefined) return found.text
  }
  return undefined
}

function patternsOf(denied: readonly string[]): readonly Pattern[] {
  const known = patterns.get(denied)
  if (known !== undefined) return known
  const made = denied.map((text): Pattern => {
    const [path, query] = split(text)
    return { text, segments: plainSegments(path), query: [...paramsOf(query)].flatMap(([name, values]) => values.map((value) => [name, value] as const)) }
  })
  patterns.set(denied, made)
  return made
}

function plainSegments(path: string): readonly string[] {
  // Nothing but a path without end: everything is below it.
  return readingsOf(decodeOnce(path))?.[0]?.segments ?? []
}

function isBelow({ segments }: Reading, wanted: readonly string[]): boolean {
  return wanted.length <= segments.length && wanted.every((name, i) => isNamed(segments[i] as string, name, i === wanted.length - 1))
}

/** The last one with an ending of its own too: `/password.json` is what `/password` is. */
function isNamed(segment: string, name: string, isLast: boolean): boolean {
  return name === '*' || segment === name || (isLast && segment.startsWith(`${name}.`))
}

function hasQuery({ query }: Pattern, params: ReadonlyMap<string, readonly string[]>): boolean {
  return query.every(([name, value]) => params.get(name)?.some((given) => isValue(given, value)) === true)
}

/** As a path where it is one: `page=user/../password`. */
function isValue(given: string, wanted: string): boolean {
  const readings = readingsOf(`/${given}`)
  return readings === undefined || given === wanted || readings.some((reading) => isBelow(reading, plainSegments(`/${wanted}`)))
}

function split(target: string): [path: string, query: string] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

/** The path of an address in a field, whole or not. */
function pathIn(value: string): string {
  const path = value.trim().replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}
