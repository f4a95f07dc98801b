import type { AnyNode, BinaryExpression, Node } from 'acorn'

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
      // What the page was asked for, which is seldom anything.
      case 'MemberExpression':
        return /(?:^|\.)location\.(?:search|hash)$/.test(pathOf(at) ?? '') ? '' : undefined
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

/** A number: written down, under a name, or a product or sum of such. */
export function numberOf(node: Node, values: Values, depth = 0): number | undefined {
  const at = node as AnyNode
  if (depth > 8) return undefined
  if (at.type === 'Literal') return typeof at.value === 'number' ? at.value : undefined
  if (at.type === 'Identifier') {
    const value = values.get(at.name)
    return value === undefined ? undefined : numberOf(value, values, depth + 1)
  }
  if (at.type !== 'BinaryExpression' || !/^[*+]$/.test(at.operator)) return undefined
  const [one, other] = [numberOf(at.left, values, depth + 1), numberOf(at.right, values, depth + 1)]
  if (one === undefined || other === undefined) return undefined
  return at.operator === '*' ? one * other : one + other
}

const windows = new Set(['window', 'self', 'top', 'parent'])
/** What old browsers alone have. */
const past = /^(?:(?:window|document)\.)*(?:attachEvent|detachEvent|all|layers)\b/

/** Whether a condition holds in a page that is in no frame, is loaded, and in no old browser; undefined: it depends on more than that. */
export function holds(node: Node, values: Values, depth = 0): boolean | undefined {
  const at = node as AnyNode
  if (depth > 20) return undefined
  const of = (inner: Node) => holds(inner, values, depth + 1)
  switch (at.type) {
    case 'Literal':
      return Boolean(at.value)
    case 'Identifier': {
      const value = values.get(at.name)
      return windows.has(at.name) || at.name === 'document' ? true : value === undefined ? undefined : of(value)
    }
    case 'UnaryExpression': {
      const inner = at.operator === '!' ? of(at.argument) : undefined
      return inner === undefined ? undefined : !inner
    }
    case 'LogicalExpression': {
      if (at.operator === '??') return undefined
      const both = [of(at.left), of(at.right)]
      const decides = at.operator === '||'
      return both.includes(decides) ? decides : both.includes(undefined) ? undefined : !decides
    }
    case 'BinaryExpression':
      return compared(at, values, of)
    default: {
      const path = pathOf(at)
      if (path === undefined) return undefined
      if (past.test(path)) return false
      return isWindow(at) || /^(?:window\.)?(?:document\b|addEventListener$)/.test(path) ? true : undefined
    }
  }
}

function compared({ operator, left, right }: BinaryExpression, values: Values, of: (inner: Node) => boolean | undefined): boolean | undefined {
  // `document.forms.length > 0`: there is what the script looks for.
  if (/^>=?$/.test(operator)) return /\.length$/.test(pathOf(left) ?? '') && of(left) === true && isNothing(right) ? true : undefined
  const isEqual = /^===?$/.test(operator)
  if (!isEqual && !/^!==?$/.test(operator)) return undefined
  const outcome = isSame(left, right, values, of) ?? isSame(right, left, values, of)
  return outcome === undefined ? undefined : outcome === isEqual
}

/** Undefined: that cannot be told. */
function isSame(one: AnyNode, other: AnyNode, values: Values, of: (inner: Node) => boolean | undefined): boolean | undefined {
  if (isWindow(one) && isWindow(other)) return true
  if (/^document\.readyState$/.test(pathOf(one) ?? '')) return other.type === 'Literal' ? other.value === 'complete' : undefined
  // `typeof document.f != 'undefined'`, `f != null`.
  if (one.type === 'UnaryExpression' && one.operator === 'typeof') return of(one.argument) === true && textOf(other, values) === 'undefined' ? false : undefined
  if (isNothing(other) && !isNothing(one)) {
    const exists = of(one)
    if (exists === true) return false
  }
  const [text, wanted] = [textOf(one, values), textOf(other, values)]
  return text === undefined || wanted === undefined ? undefined : text === wanted
}

/** `null`, `undefined`, 0. */
function isNothing(node: AnyNode): boolean {
  return node.type === 'Literal' ? node.value === null || node.value === 0 : node.type === 'Identifier' && node.name === 'undefined'
}

/** One of the names of the only window, or where it is. */
function isWindow(node: Node): boolean {
  const path = pathOf(node)?.replace(/\.location(?:\.href)?$/, '')
  return path?.split('.').every((part) => windows.has(part)) ?? false
}
