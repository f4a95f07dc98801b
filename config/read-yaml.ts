import { readFileSync } from 'node:fs'
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { RelayError } from '../relay/errors.ts'
import { isValues, type Values } from './values.ts'

/** A configuration file as read. */
export interface YamlFile {
  readonly path: string
  readonly values: Values
  /** The line where a key stands, from 1; that of its nearest parent when it is not there. */
  lineOf(keys: readonly string[]): number
}

/** Of the file, or of this text of it. `config_unreadable`; `config_invalid` for what is not YAML, has a key twice, or multiplies itself by aliases. */
export function readYaml(path: string, text: string = read(path)): YamlFile {
  const lines = new LineCounter()
  const document = parse(path, text, lines)
  return { path, values: toValues(path, document), lineOf: (keys) => lineOf(document, lines, keys) }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RelayError('config_unreadable', { params: { file: path }, cause })
  }
}

function parse(path: string, text: string, lines: LineCounter): Document {
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2', stringKeys: true })
  // Its warnings are about tags that mean nothing here.
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw malformed(path, problem.linePos?.[0].line ?? 1, problem.code.toLowerCase().replaceAll('_', ' '), problem)
  return document
}

function toValues(path: string, document: Document): Values {
  let values: unknown
  try {
    values = document.toJS({ maxAliasCount: 20 })
  } catch (cause) {
    throw malformed(path, 1, 'too many aliases, or one that points nowhere', cause)
  }
  if (values === null || values === undefined) return {}
  if (!isValues(values)) throw malformed(path, 1, 'must be keys with values')
  return withoutEmpty(values)
}

/** A key with nothing after it says nothing: so it is with a section whose lines are all commented out. */
function withoutEmpty(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isValues(value) ? withoutEmpty(value) : value]),
  )
}

function lineOf(document: Document, lines: LineCounter, keys: readonly string[]): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of keys) {
    if (isSeq(node)) {
      const item = node.items[Number(key)]
      if (!isNode(item)) break
      offset = item.range?.[0] ?? offset
      node = item
      continue
    }
    if (!isMap(node)) break
    const pair = node.items.find(({ key: found }) => isScalar(found) && String(found.value) === key)
    if (pair === undefined) break
    offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset
    node = pair.value
  }
  return lines.linePos(offset).line
}

/** The text of the file is never quoted. */
function malformed(file: string, line: number, problem: string, cause?: unknown): RelayError {
  return new RelayError('config_invalid', { params: { file, line, key: 'YAML', problem }, cause })
}
