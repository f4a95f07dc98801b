import type { AnyNode, Node } from 'acorn'

/** What names stand for, as nodes of the script: the latest that was seen. */
export type Values = ReadonlyMap<string, AnyNode>

/** Parts of a path at most: nothing that matters lies deeper. */
const longestPath = 10
/** Nodes that a text is put together of at most: names may stand for names. */
const mostParts = 300

/** How an object is reached from a name, a call as `()`: `document.forms.0`, `$.().submit`. Undefined: not by names alone. */
export function pathOf(node: Node): string | undefined {
  const parts: string[] = []
  let at = node as AnyNode
  while (parts.length < longestPath) {
    switch (at.type) {
      case 'Identifier':
        return [at.name, ...parts].join('.')
      case 'ThisExpression':
        return ['this', ...parts].join('.')
      case 'CallExpression':
        parts.unshift('()')
        at = at.callee
        break
      case 'MemberExpression': {
        const { property } = at
        if (at.computed ? property.type !== 'Literal' : property.type !== 'Identifier') return undefined
        parts.unshift(property.type === 'Identifier' ? property.name : String((property as { value?: unknown }).value))
        at = at.object
        break
      }
      case 'ChainExpression':
        at = at.expression
        break
      default:
        return undefined
    }
  }
  return undefined
}

/**
 * The text that an expression gives. What is not known of it counts as nothing behind a `?` (`'/main?t=' + Date.now()`: it keeps caches off);
 * undefined where it matters.
 */
export function textOf(node: Node, values: Values): string | undefined {
  let left = mostParts
  const text = (at: AnyNode): string | undefined => {
    if (--left < 0) return undefined
    switch (at.type) {
      case 'Literal':
        return typeof at.value === 'string' || typeof at.value === 'number' ? String(at.value) : undefined
      case 'Identifier': {
        const value = values.get(at.name)
        return value === undefined ? undefined : text(value)
      }
      case 'BinaryExpression':
        return at.operator === '+' ? joined([at.left, at.right]) : undefined
      case 'TemplateLiteral':
        return joined(at.quasis.flatMap((quasi, index) => [quasi, at.expressions[index] ?? []].flat()))
      case 'TemplateElement':
        return at.value.cooked ?? undefined
      default:
        return undefined
    }
  }
  const joined = (parts: readonly AnyNode[]): string | undefined => {
    let all = ''
    for (const part of parts) {
      const one = text(part)
      if (one === undefined && !all.includes('?')) return undefined
      all += one ?? ''
    }
    return all
  }
  return text(node as AnyNode)
}

/** A number, or a product of some: `1000 * 60`. */
export function numberOf(node: Node): number | undefined {
  const at = node as AnyNode
  if (at.type === 'Literal') return typeof at.value === 'number' ? at.value : undefined
  if (at.type !== 'BinaryExpression' || at.operator !== '*' || at.right.type !== 'Literal') return undefined
  const [one, other] = [numberOf(at.left), numberOf(at.right)]
  return one === undefined || other === undefined ? undefined : one * other
}

const windows = new Set(['window', 'self', 'top', 'parent'])

/** Whether a condition holds in a page that is in no frame and in no old browser; undefined: it depends on more than that. */
export function holds(node: Node, values: Values, depth = 0): boolean | undefined {
  const at = node as AnyNode
  const of = (inner: Node) => (depth > 20 ? undefined : holds(inner, values, depth + 1))
  switch (at.type) {
    case 'Literal':
      return Boolean(at.value)
    case 'UnaryExpression': {
      const inner = at.operator === '!' ? of(at.argument) : undefined
      return inner === undefined ? undefined : !inner
    }
    case 'LogicalExpression': {
      const both = [of(at.left), of(at.right)]
      const decides = at.operator === '||'
      if (at.operator === '??') return undefined
      return both.includes(decides) ? decides : both.includes(undefined) ? undefined : !decides
    }
    case 'BinaryExpression': {
      const isEqual = /^===?$/.test(at.operator)
      if (!isEqual && !/^!==?$/.test(at.operator)) return undefined
      return isWindow(at.left) && isWindow(at.right) ? isEqual : undefined
    }
    default:
      return isWindow(at) || isOfDocument(at, values, of) ? true : undefined
  }
}

/** One of the names of the only window, or where it is. */
function isWindow(node: Node): boolean {
  const path = pathOf(node)?.replace(/\.location(?:\.href)?$/, '')
  return path?.split('.').every((part) => windows.has(part)) ?? false
}

/** A part of the page: the form that a script looks for before it sends it. */
function isOfDocument(node: AnyNode, values: Values, of: (inner: Node) => boolean | undefined): boolean {
  if (node.type === 'Identifier' && node.name !== 'document') {
    const value = values.get(node.name)
    return value !== undefined && value.type !== 'Literal' && of(value) === true
  }
  // Old browsers have the last two.
  return /^(?:window\.)?document(?!\.(?:all|layers)\b)/.test(pathOf(node) ?? '')
}
