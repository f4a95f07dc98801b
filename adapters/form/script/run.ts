import type { CallExpression, Expression, Identifier, Literal, MemberExpression, NewExpression, Node, Pattern, Program, Statement } from 'acorn'
import { Calls } from './calls.ts'
import { callLibrary, makeCipher } from './libraries.ts'
import type { ScriptText } from './literal-place.ts'
import type { PagePlaces } from './page-places.ts'
import { type Fields, State } from './state.ts'
import { Statements } from './statements.ts'
import { type FunctionNode, isSame, joined, type Made, made, Scope, textOf, unknown, type Value } from './value.ts'

/** Steps in all, and calls inside of calls: what asks for more is left alone. */
const mostSteps = 30_000
const deepest = 12
const longestText = 2000

class TooMuch extends Error {}

/**
 * Follows what scripts make of the password without running them: variables, functions and calls stand for what they would compute, in the language
 * of `transform`. What is not known stays unknown, and so does what differs from one branch to the other. Every handler and callback is a way
 * of its own.
 */
export class ScriptRun {
  readonly #places: PagePlaces
  readonly #state = new State()
  readonly #global = new Scope()
  readonly #calls: Calls
  readonly #statements: Statements
  readonly #called: ReadonlySet<string>
  readonly #waiting = new Map<FunctionNode, { readonly scope: Scope; readonly name: string }>()
  readonly #entered = new Set<FunctionNode>()
  #script: ScriptText | undefined
  readonly #scriptOf = new Map<FunctionNode, ScriptText>()
  #steps = 0
  #depth = 0

  constructor(places: PagePlaces, called: ReadonlySet<string>) {
    this.#places = places
    this.#called = called
    this.#statements = new Statements({
      state: this.#state,
      value: (node, scope, name) => this.#value(node, scope, name),
      declareFunction: (name, node, scope) => this.#declareFunction(name, node, scope),
      step: () => this.#step(),
    })
    this.#calls = new Calls({
      places,
      made: (value) => this.#made(value),
      fieldValue: (name) => this.#fieldValue(name),
      setField: (name, value) => void this.#state.fields.set(name, value),
      set: (values, name, value) => this.#state.set(values, name, value),
      enter: ({ node, scope }, given) => this.#enter(node, scope, given),
      fork: (callback, given) => this.#fork(callback, given),
      callbacks: (values) => this.#callbacks(values),
    })
  }

  /** What each way made of the fields. */
  get outcomes(): readonly Fields[] {
    return this.#state.outcomes
  }

  /** All scripts in their order, then what nobody has called. Stops quietly where it is too much. */
  run(programs: readonly { readonly program: Program; readonly script: ScriptText }[]): void {
    try {
      for (const { program, script } of programs) {
        this.#script = script
        this.#way(() => this.#statements.body(program.body as Statement[], this.#global))
      }
      for (const [node, { scope, name }] of this.#waiting) {
        if (this.#entered.has(node) || this.#called.has(name)) continue
        this.#way(() => this.#enter(node, scope, []))
      }
    } catch (error) {
      if (!(error instanceof TooMuch) && !(error instanceof RangeError)) throw error
      this.#state.outcomes.length = 0
    }
  }

  /** A way of its own, from the fields as they stand. */
  #way(go: () => void): void {
    this.#statements.apart(() => this.#state.way(go))
  }

  #declareFunction(name: string, node: FunctionNode, scope: Scope): void {
    this.#state.set(scope.ofFunction, name, { is: 'function', node, scope })
    this.#note(node, scope, name)
  }

  #note(node: FunctionNode, scope: Scope, name: string): void {
    if (this.#script !== undefined && !this.#scriptOf.has(node)) this.#scriptOf.set(node, this.#script)
    if (!this.#waiting.has(node)) this.#waiting.set(node, { scope, name })
  }

  #value(node: Expression | Node, scope: Scope, name = ''): Value {
    this.#step()
    const expression = node as Expression
    switch (expression.type) {
      case 'Literal':
        if ('regex' in expression && expression.regex) return { is: 'named', path: `/${expression.regex.pattern}/` }
        if (typeof expression.value === 'string') return this.#text(expression, expression.value)
        return typeof expression.value === 'number' ? { is: 'number', value: expression.value } : unknown
      case 'Identifier':
        return scope.get(expression.name) ?? { is: 'named', path: expression.name }
      case 'ThisExpression':
        return { is: 'named', path: 'this' }
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#note(expression, scope, name)
        return { is: 'function', node: expression, scope }
      case 'TemplateLiteral':
        return this.#template(
          expression.quasis.map(({ value }) => value.cooked ?? ''),
          expression.expressions.map((one) => this.#value(one, scope)),
        )
      case 'BinaryExpression':
        return this.#binary(expression.operator, this.#value(expression.left, scope), this.#value(expression.right, scope))
      case 'LogicalExpression': {
        const left = this.#value(expression.left, scope)
        const [right = unknown] = this.#oneOf([() => this.#value(expression.right, scope), () => unknown])
        return expression.operator !== '&&' && (left.is === 'made' || left.is === 'field') ? left : isSame(left, right) ? left : unknown
      }
      case 'ConditionalExpression': {
        this.#value(expression.test, scope)
        const [one = unknown, other = unknown] = this.#oneOf([expression.consequent, expression.alternate].map((way) => () => this.#value(way, scope)))
        return isSame(one, other) ? one : unknown
      }
      case 'UnaryExpression': {
        const value = this.#value(expression.argument, scope)
        return expression.operator === '+' ? value : unknown
      }
      case 'AssignmentExpression':
        return this.#assign(expression.left, expression.operator, this.#value(expression.right, scope, nameOf(expression.left)), scope)
      case 'SequenceExpression':
        return expression.expressions.map((one) => this.#value(one, scope)).at(-1) ?? unknown
      case 'AwaitExpression': {
        const value = this.#value(expression.argument, scope)
        return value.is === 'promise' ? value.of : value
      }
      case 'ObjectExpression':
        return {
          is: 'record',
          values: new Map(
            expression.properties.flatMap((one) => (one.type === 'Property' ? [[keyOf(one.key), this.#value(one.value, scope, keyOf(one.key))] as const] : [])),
          ),
        }
      case 'ArrayExpression':
        for (const one of expression.elements) if (one !== null) this.#value(one, scope)
        return unknown
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        return this.#value(expression.expression, scope)
      case 'MemberExpression':
        return this.#member(expression, scope)
      case 'NewExpression':
        return this.#new(expression, scope)
      case 'CallExpression':
        return this.#call(expression, scope)
      default:
        return unknown
    }
  }

  /** Expressions of which one is evaluated, and what each gives. */
  #oneOf(ways: readonly (() => Value)[]): readonly Value[] {
    const values: Value[] = []
    this.#state.branches(
      ways.map((way) => () => {
        values.push(way())
        return false
      }),
    )
    return values
  }

  #text(node: Literal, value: string): Value {
    const place = this.#script?.placeOf(node)
    return { is: 'text', value, ...(place === undefined ? {} : { place }) }
  }

  #template(texts: readonly string[], values: readonly Value[]): Value {
    const parts = texts.flatMap((text, index) => [textOf(text), ...(index < values.length ? [this.#made(values[index] ?? unknown)] : [])])
    return joined(parts) ?? unknown
  }

  #binary(operator: string, left: Value, right: Value): Value {
    if (operator !== '+') return unknown
    if (left.is === 'text' && right.is === 'text' && left.place === undefined && right.place === undefined)
      return left.value.length + right.value.length > longestText ? unknown : { is: 'text', value: left.value + right.value }
    return joined([this.#made(left), this.#made(right)]) ?? unknown
  }

  /** A value as a text of `transform`; undefined: not known. */
  #made(value: Value): Made | undefined {
    switch (value.is) {
      case 'made':
        return value
      case 'number':
        return textOf(String(value.value))
      case 'text':
        return value.place === undefined ? textOf(value.value) : this.#places.readText(value.value, value.place)
      case 'answer':
        return this.#places.read(value.path.at(-1) ?? 'answer', {
          url: value.url,
          json: value.path.join('.'),
          ...(value.method === 'post' ? { method: 'post' } : {}),
        })
      default:
        return undefined
    }
  }

  #member({ object, property, computed }: MemberExpression, scope: Scope): Value {
    const key = this.#key(property, computed, scope)
    const base = this.#value(object, scope)
    if (key === undefined) return unknown
    switch (base.is) {
      case 'field':
        return key === 'value' ? this.#fieldValue(base.name) : /^\d$/.test(key) ? base : unknown
      case 'element':
        if (/^\d$/.test(key)) return base
        return /^(?:innerHTML|innerText|textContent|value)$/.test(key) ? (this.#places.readElement(base.selector, key === 'value') ?? unknown) : unknown
      case 'meta':
        if (/^\d$/.test(key)) return base
        return key === 'content' ? (this.#places.read(base.name, { meta: base.name }) ?? unknown) : unknown
      case 'record':
        return base.values.get(key) ?? unknown
      case 'answer':
        return base.path.length >= deepest ? unknown : { ...base, path: [...base.path, key] }
      case 'response':
        return key === 'data' ? base.of : unknown
      case 'named':
        return this.#places.field(key) ?? (base.path.length > longestText ? unknown : { is: 'named', path: `${base.path}.${key}` })
      case 'unknown':
        return this.#places.field(key) ?? unknown
      default:
        return unknown
    }
  }

  /** Undefined: which member it is, nobody knows. */
  #key(property: Node, isComputed: boolean, scope: Scope): string | undefined {
    if (!isComputed) return keyOf(property)
    const name = this.#value(property, scope)
    return name.is === 'text' ? name.value : name.is === 'number' ? String(name.value) : undefined
  }

  #fieldValue(name: string): Value {
    return this.#state.fields.get(name) ?? this.#places.initial(name) ?? unknown
  }

  #assign(target: Pattern | MemberExpression, operator: string, value: Value, scope: Scope): Value {
    if (target.type === 'Identifier') {
      const given = operator === '=' ? value : operator === '+=' ? this.#binary('+', scope.get(target.name) ?? unknown, value) : unknown
      this.#state.set(scope.ownerOf(target.name), target.name, given)
      return given
    }
    if (target.type !== 'MemberExpression') return unknown
    const base = this.#value(target.object, scope)
    const key = this.#key(target.property, target.computed, scope)
    if (base.is === 'field' && key === 'value') this.#state.fields.set(base.name, operator === '=' ? (this.#made(value) ?? unknown) : unknown)
    else if (base.is === 'record')
      for (const name of key === undefined ? [...base.values.keys()] : [key])
        this.#state.set(base.values, name, key !== undefined && operator === '=' ? value : unknown)
    return value
  }

  #new(node: NewExpression, scope: Scope): Value {
    const values = node.arguments.map((one) => this.#value(one, scope))
    const callee = this.#value(node.callee, scope)
    const path = callee.is === 'named' ? callee.path : nameOf(node.callee)
    if (path === 'Date' && values.length === 0) return made('now()', false)
    return (
      makeCipher(
        path,
        values.map((one) => this.#made(one)),
      ) ?? unknown
    )
  }

  #call(node: CallExpression, scope: Scope): Value {
    const { callee } = node
    if (callee.type === 'Super') return unknown
    const method = callee.type === 'MemberExpression' && !callee.computed ? keyOf(callee.property) : undefined
    const base = callee.type === 'MemberExpression' && callee.object.type !== 'Super' ? this.#value(callee.object, scope) : undefined
    const target = base === undefined ? this.#value(callee, scope) : unknown
    const values = node.arguments.map((one) => this.#value(one, scope))
    if (base !== undefined && method !== undefined && base.is !== 'named') return this.#calls.ofMethod(base, method, values)
    const path = base?.is === 'named' ? `${base.path}.${method ?? ''}` : target.is === 'named' ? target.path : nameOf(callee)
    if (target.is === 'function') {
      const value = this.#enter(target.node, target.scope, values)
      // Its body is more than can be followed: then its name counts.
      if (value.is !== 'unknown') return value
    }
    const given = values.map((one) => this.#made(one))
    return (
      this.#calls.ofPage(path, values) ??
      this.#calls.fetched(path, values) ??
      makeCipher(path, given) ??
      callLibrary(path, given, values) ??
      this.#callbacks(values)
    )
  }

  /** What is handed to something unknown may be called by it. */
  #callbacks(values: readonly Value[]): Value {
    for (const value of values) {
      if (value.is === 'function') this.#fork(value, [])
      if (value.is === 'record') for (const inner of value.values.values()) if (inner.is === 'function') this.#fork(inner, [])
    }
    return unknown
  }

  #fork({ node, scope }: Extract<Value, { is: 'function' }>, given: readonly Value[]): Value {
    if (this.#entered.has(node)) return unknown
    let value = unknown
    this.#way(() => {
      value = this.#enter(node, scope, given)
    })
    return value
  }

  #enter(node: FunctionNode, outer: Scope, given: readonly Value[]): Value {
    if (this.#depth >= deepest) return unknown
    this.#entered.add(node)
    const scope = new Scope(outer)
    for (const [index, parameter] of node.params.entries()) if (parameter.type === 'Identifier') scope.set(parameter.name, given[index] ?? unknown)
    const script = this.#script
    this.#script = this.#scriptOf.get(node) ?? script
    this.#depth += 1
    const value = node.body.type === 'BlockStatement' ? this.#statements.valueOf(node.body, scope) : this.#value(node.body, scope)
    this.#depth -= 1
    this.#script = script
    return value
  }

  #step(): void {
    this.#steps += 1
    if (this.#steps > mostSteps) throw new TooMuch()
  }
}

function nameOf(node: Node): string {
  if (node.type === 'Identifier') return (node as Identifier).name
  const { object, property, computed } = node as MemberExpression
  return node.type === 'MemberExpression' && !computed ? `${nameOf(object)}.${keyOf(property)}` : ''
}

function keyOf(node: Node): string {
  if (node.type === 'Identifier') return (node as Identifier).name
  return node.type === 'Literal' ? String((node as Literal).value) : ''
}
