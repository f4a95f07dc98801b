import type { Literal, Node, Program } from 'acorn'

/** By which regular expression a later page is read for a string, and what it is called. */
export interface LiteralPlace {
  readonly name: string
  readonly pattern: string
}

/** A script, and how the strings in it are found again in a page that comes later. */
export interface ScriptText {
  /** Undefined: the string is the same for ever. */
  placeOf(literal: Literal): LiteralPlace | undefined
}

/** What a page makes anew has letters and digits alone. As an argument, shorter ones are names: `utf8`. */
const changing = { named: /^[\w+/=-]{1,4000}$/, argument: /^[\w+/=-]{8,4000}$/ }
const longestPrefix = 200
/** As far as a string may stand behind its name; what lies between is looked at for each string. */
const furthest = 10 * longestPrefix
const anyString = `["'][^"']*["']`

/** A script of a file: the same for all pages. */
export const scriptOfFile: ScriptText = { placeOf: () => undefined }

/** A script inside of the page: a salt, a nonce or a key in it may be another one the next time. */
export function scriptInPage(source: string, program: Program): ScriptText {
  const anchors = anchorsIn(program)
  return {
    placeOf(literal) {
      const anchor = anchors.get(literal.start)
      if (anchor === undefined || literal.start - anchor.start > furthest) return undefined
      if (!changing[anchor.as].test(String(literal.value)) || literal.raw?.slice(1, -1) !== literal.value) return undefined
      const before = prefixOf(source.slice(anchor.start, literal.start))
      if (before === undefined) return undefined
      return { name: anchor.name, pattern: `/${before}["']([^"']+)["']/` }
    },
  }
}

interface Anchor {
  readonly start: number
  readonly name: string
  readonly as: keyof typeof changing
}

/** For each string, by its place: where what names it begins. */
function anchorsIn(program: Program): ReadonlyMap<number, Anchor> {
  const anchors = new Map<number, Anchor>()
  const note = (node: unknown, start: number, name: string, as: Anchor['as'] = 'named') => {
    if (isNode(node) && node.type === 'Literal') anchors.set(node.start, { start, name, as })
  }
  each(program, (node) => {
    const { id, init, key, value, left, right, callee, arguments: given } = node as Node & Record<string, unknown>
    if (isNode(id)) note(init, id.start, nameOf(id))
    if (isNode(key)) note(value, key.start, nameOf(key))
    if (isNode(left) && node.type === 'AssignmentExpression') note(right, left.start, nameOf(left))
    if (isNode(callee) && Array.isArray(given)) for (const one of given) note(one, callee.start, 'key', 'argument')
  })
  return anchors
}

/** Every node of a program. */
export function each(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const inner of partsOf(node)) each(inner, visit)
}

/** The nodes that a node is made of. */
export function partsOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

function nameOf(node: Node): string {
  const { name, value, property } = node as Node & { name?: string; value?: unknown; property?: Node }
  return name ?? (property === undefined ? String(value ?? '') : nameOf(property))
}

/** What stands before a string, as a regular expression: other strings may be others. */
function prefixOf(text: string): string | undefined {
  if (text.length > 4 * longestPrefix) text = text.replace(/(["'])[^"']*\1/g, '$1$1')
  if (text.length > longestPrefix) return undefined
  return text
    .split(/((?:"[^"]*")|(?:'[^']*'))/)
    .map((part, index) => (index % 2 === 1 ? anyString : part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s*')))
    .join('')
}
