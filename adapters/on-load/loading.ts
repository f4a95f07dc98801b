import type {
  AnyNode,
  ArrowFunctionExpression,
  AssignmentExpression,
  CallExpression,
  FunctionDeclaration,
  FunctionExpression,
  MemberExpression,
  Node,
  Program,
} from 'acorn'
import { holds, numberOf, pathOf, textOf, type Values } from './expressions.ts'
import { parsed } from './parsed.ts'

/** What a script did: it called something, or gave something a value. */
export type Deed = CallExpression | AssignmentExpression

type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression

/** What a script puts off for longer, milliseconds, waits for a person: as long as a refresh of the page may take to count as a redirect. */
const soon = 5000
/** How a script waits for the page: an image or a request of its own may be loaded at any time. */
const waits = {
  property: /^(?:(?:(?:window|self|document|document\.body)\.)?on(?:load|pageshow)|document\.onreadystatechange)$/,
  method: /^(?:(?:(?:window|self|document|document\.body)\.)?(?:addEventListener|attachEvent)|(?:\$|jQuery)\.\(\)\.(?:on|one|bind))$/,
  event: /^(?:on)?(?:load|DOMContentLoaded|pageshow|ready|readystatechange)$/,
  call: /^(?:window\.)?(?:\$|jQuery)(?:\.\(\)\.(?:ready|load))?$/,
}

/** The scripts of a page as it loads: walks through what is done then, each function once, and notes it. */
export class Loading {
  readonly deeds: Deed[] = []
  readonly #values = new Map<string, AnyNode>()
  readonly #done = new Set<Node>()
  /** Called once all scripts are there. */
  readonly #later: Node[] = []
  readonly #isStub: boolean

  /** `isStub`: the page holds hardly anything but its scripts, to lead on: what they count or test first comes out so in the end. */
  constructor(isStub: boolean) {
    this.#isStub = isStub
  }

  get values(): Values {
    return this.#values
  }

  /** @throws RangeError: nested more deeply than the stack allows. */
  run(programs: readonly Program[]): void {
    for (const { body } of programs) this.#body(body)
    for (const one of this.#later) this.#call(one)
  }

  /** True: what comes after it is not reached. */
  #body(statements: readonly AnyNode[]): boolean {
    for (const one of statements) if (one.type === 'FunctionDeclaration' && one.id !== null) this.#values.set(one.id.name, one)
    return statements.some((one) => this.#statement(one))
  }

  #statement(node: AnyNode): boolean {
    switch (node.type) {
      case 'ExpressionStatement':
        this.#expression(node.expression)
        return false
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          if (init == null) continue
          if (id.type === 'Identifier') this.#name(id.name, init)
          this.#expression(init)
        }
        return false
      case 'ReturnStatement':
        if (node.argument != null) this.#expression(node.argument)
        return true
      case 'ThrowStatement':
        return true
      case 'BlockStatement':
        return this.#body(node.body)
      case 'LabeledStatement':
        return this.#statement(node.body)
      case 'TryStatement':
        return this.#body(node.block.body) || (node.finalizer != null && this.#body(node.finalizer.body))
      case 'IfStatement': {
        const ways = this.#ways(node.test, node.consequent, node.alternate)
        return ways.map((way) => this.#statement(way)).includes(true) && ways.length === 1
      }
      default:
        return false
    }
  }

  #expression(node: AnyNode): void {
    switch (node.type) {
      case 'SequenceExpression':
        for (const one of node.expressions) this.#expression(one)
        break
      case 'UnaryExpression':
      case 'AwaitExpression':
        this.#expression(node.argument)
        break
      case 'ChainExpression':
        this.#expression(node.expression)
        break
      case 'LogicalExpression':
        this.#expression(node.left)
        if (node.operator !== '??' && holds(node.left, this.#values) === (node.operator === '&&')) this.#expression(node.right)
        break
      case 'ConditionalExpression': {
        for (const way of this.#ways(node.test, node.consequent, node.alternate)) this.#expression(way)
        break
      }
      case 'AssignmentExpression':
        this.#assignment(node)
        break
      case 'CallExpression':
        this.#callExpression(node)
        break
    }
  }

  /** The ways that a condition leads: none where it cannot be told, both in a stub. */
  #ways(test: AnyNode, consequent: AnyNode, alternate: AnyNode | null | undefined): AnyNode[] {
    this.#expression(test)
    const outcome = holds(test, this.#values)
    const ways = outcome === undefined ? (this.#isStub ? [consequent, alternate] : []) : [outcome ? consequent : alternate]
    return ways.filter((way) => way != null)
  }

  /** A name for a value, and names for the functions in it. */
  #name(name: string, value: AnyNode): void {
    this.#values.set(name, value)
    if (value.type !== 'ObjectExpression') return
    for (const property of value.properties)
      if (property.type === 'Property' && property.key.type === 'Identifier' && isFunction(property.value))
        this.#values.set(`${name}.${property.key.name}`, property.value)
  }

  #assignment(node: AssignmentExpression): void {
    this.#expression(node.right)
    this.deeds.push(node)
    const path = pathOf(node.left)
    if (path === undefined || node.operator !== '=') return
    if (waits.property.test(path)) this.#later.push(node.right)
    else this.#name(path.replace(/^window\./, ''), node.right)
  }

  #callExpression(node: CallExpression): void {
    const { callee, arguments: given } = node
    if (callee.type === 'MemberExpression') this.#expression(callee.object as AnyNode)
    for (const one of given) this.#expression(one)
    this.deeds.push(node)
    const path = pathOf(callee) ?? ''
    const [first, second] = given
    if (/^(?:window\.)?set(?:Timeout|Interval)$/.test(path)) {
      // One that comes again and again counts down, or waits for a person to be idle: only a stub has nobody to wait for.
      const isSoon = second === undefined || (numberOf(second, this.#values) ?? Number.POSITIVE_INFINITY) <= soon
      if (first !== undefined && isSoon && (path.endsWith('setTimeout') || this.#isStub)) this.#later.push(first)
    } else if (waits.method.test(path)) {
      if (first !== undefined && second !== undefined && waits.event.test(textOf(first, this.#values) ?? '')) this.#later.push(second)
    } else if (waits.call.test(path)) {
      if (first !== undefined && first.type !== 'Literal') this.#later.push(first)
    } else if (isBorrowed(callee)) this.#call(callee.object)
    else this.#call(callee)
  }

  /** A function, the name of one, or a script as text. */
  #call(node: Node): void {
    const at = node as AnyNode
    const path = pathOf(at)?.replace(/^window\./, '')
    const target = path === undefined ? at : this.#values.get(path)
    if (target === undefined || this.#done.has(target)) return
    if (isFunction(target)) {
      this.#done.add(target)
      if (target.body.type === 'BlockStatement') this.#body(target.body.body)
      else this.#expression(target.body)
    } else if (target.type === 'Literal' && typeof target.value === 'string') {
      this.#done.add(target)
      this.#body(parsed(target.value)?.body ?? [])
    }
  }
}

/** `go.call(this)` calls go. */
function isBorrowed(callee: AnyNode): callee is MemberExpression {
  return callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && /^(?:call|apply)$/.test(callee.property.name)
}

function isFunction(node: AnyNode): node is FunctionNode {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
}
