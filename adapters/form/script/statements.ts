import type { BlockStatement, Expression, ForInStatement, ForOfStatement, ForStatement, Node, Statement, SwitchStatement, TryStatement } from 'acorn'
import { partsOf } from './literal-place.ts'
import type { State } from './state.ts'
import { type FunctionNode, isSame, Scope, unknown, type Value } from './value.ts'

/** What statements have of the run they stand in. */
export interface StatementHost {
  readonly state: State
  value(node: Expression | Node, scope: Scope, name?: string): Value
  declareFunction(name: string, node: FunctionNode, scope: Scope): void
  step(): void
}

interface Returned {
  readonly value: Value
  /** `return`, `return false`, `return ''`: whoever calls is given nothing to send. */
  readonly isNothing: boolean
}

/** Statements in their order, and the ways among which conditions choose. */
export class Statements {
  readonly #host: StatementHost
  #returns: Returned[] = []
  readonly #breaks = new Map<Node, boolean>()

  constructor(host: StatementHost) {
    this.#host = host
  }

  /** A function's body: its value is known where all ways through it return the same. */
  valueOf(body: BlockStatement, scope: Scope): Value {
    return this.apart(() => {
      this.body(body.body, scope)
      const [first, ...others] = this.#returns
      return first !== undefined && others.every(({ value }) => isSame(value, first.value)) ? first.value : unknown
    })
  }

  /** What is returned meanwhile is nothing to the function around it. */
  apart<T>(go: () => T): T {
    const returns = this.#returns
    this.#returns = []
    const outcome = go()
    this.#returns = returns
    return outcome
  }

  /** True: nothing after it is reached. */
  body(statements: readonly Statement[], scope: Scope): boolean {
    for (const one of statements) if (one.type === 'FunctionDeclaration') this.#host.declareFunction(one.id.name, one, scope)
    return statements.some((one) => this.#statement(one, scope))
  }

  #statement(node: Statement, scope: Scope): boolean {
    this.#host.step()
    switch (node.type) {
      case 'ExpressionStatement':
        this.#host.value(node.expression, scope)
        return false
      case 'VariableDeclaration': {
        const isVar = node.kind === 'var'
        const owner = isVar ? scope.ofFunction : scope
        for (const { id, init } of node.declarations) {
          if (id.type !== 'Identifier') continue
          // `var x` alone leaves what x holds already.
          const value = init ? this.#host.value(init, scope, id.name) : isVar ? owner.get(id.name) : undefined
          this.#host.state.set(owner, id.name, value ?? unknown)
        }
        return false
      }
      case 'ReturnStatement':
        this.#returns.push({ value: node.argument ? this.#host.value(node.argument, scope) : unknown, isNothing: isNothing(node.argument) })
        return true
      case 'ThrowStatement':
        this.#host.value(node.argument, scope)
        this.#host.state.throw()
        return true
      case 'BlockStatement':
        return this.body(node.body, new Scope(scope, 'block'))
      case 'IfStatement': {
        const { test, consequent, alternate } = node
        const tested = this.#host.value(test.type === 'UnaryExpression' && test.operator === '!' ? test.argument : test, scope)
        const then = () => this.#statement(consequent, scope)
        return this.#host.state.branches([
          test.type === 'UnaryExpression' && test.operator === '!' ? () => this.#guard(then, tested) : then,
          () => (alternate ? this.#statement(alternate, scope) : false),
        ])
      }
      case 'TryStatement':
        return this.#try(node, scope)
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#for(node, new Scope(scope, 'block'))
        return false
      case 'WhileStatement':
        this.#host.value(node.test, scope)
        this.#perhaps(() => this.#statement(node.body, scope))
        return false
      case 'DoWhileStatement': {
        const isOver = this.#statement(node.body, scope)
        this.#host.value(node.test, scope)
        if (!isOver) this.#perhaps(() => this.#statement(node.body, scope))
        return isOver && !this.#breaksOut(node.body)
      }
      case 'SwitchStatement':
        return this.#switch(node, scope)
      case 'LabeledStatement':
        if (!this.#breaksOut(node.body)) return this.#statement(node.body, scope)
        this.#perhaps(() => this.#statement(node.body, scope))
        return false
      default:
        return false
    }
  }

  /** `if (!x) return …`: what is returned does not count where there is an x (none is signed in without), or where it is nothing to send. */
  #guard(way: () => boolean, tested: Value): boolean {
    const before = this.#returns
    this.#returns = []
    const isOver = way()
    const isThere = tested.is !== 'unknown' && tested.is !== 'named'
    this.#returns = [...before, ...this.#returns.filter(({ isNothing }) => !isThere && !isNothing)]
    return isOver
  }

  /** What it changes may be changed or not. */
  #perhaps(way: () => boolean): void {
    this.#host.state.branches([way, () => false])
  }

  #for(node: ForStatement | ForInStatement | ForOfStatement, scope: Scope): void {
    if (node.type === 'ForStatement') {
      const { init, test, update, body } = node
      if (init) this.#head(init, scope)
      if (test) this.#host.value(test, scope)
      this.#perhaps(() => {
        const isOver = this.#statement(body, scope)
        if (update) this.#host.value(update, scope)
        return isOver
      })
      return
    }
    const { left, right, body } = node
    this.#host.value(right, scope)
    this.#perhaps(() => {
      this.#head(left, scope)
      const target = left.type === 'VariableDeclaration' ? left.declarations[0]?.id : left
      if (target?.type === 'Identifier') this.#host.state.set(scope.ownerOf(target.name), target.name, unknown)
      return this.#statement(body, scope)
    })
  }

  #head(node: Node, scope: Scope): void {
    if (node.type === 'VariableDeclaration') this.#statement(node as Statement, scope)
    else this.#host.value(node, scope)
  }

  /** From each case on to the next `break`. */
  #switch({ discriminant, cases }: SwitchStatement, outer: Scope): boolean {
    this.#host.value(discriminant, outer)
    const scope = new Scope(outer, 'block')
    for (const { test } of cases) if (test) this.#host.value(test, scope)
    // One with nothing of its own goes on with the next.
    const ways = cases.flatMap(({ consequent }, index) => (consequent.length === 0 ? [] : [() => this.#cases(cases, index, scope)]))
    const isComplete =
      cases.some(({ test }) => !test) && !cases.some(({ consequent }) => consequent.some((one) => one.type !== 'BreakStatement' && this.#breaksOut(one)))
    return this.#host.state.branches(isComplete ? ways : [...ways, () => false])
  }

  #cases(cases: SwitchStatement['cases'], from: number, scope: Scope): boolean {
    const statements: Statement[] = []
    for (let index = from; index < cases.length; index++) {
      for (const one of cases[index]?.consequent ?? []) {
        if (one.type === 'BreakStatement') return this.body(statements, scope)
        // As many ways as cases, each as long as all behind it.
        this.#host.step()
        statements.push(one)
      }
    }
    return this.body(statements, scope)
  }

  #try({ block, handler, finalizer }: TryStatement, scope: Scope): boolean {
    const last = (way: () => boolean) => () => {
      const isOver = way()
      return (finalizer ? this.#statement(finalizer, scope) : false) || isOver
    }
    const tried = last(() => this.#statement(block, scope))
    if (!handler) return tried()
    const { param, body } = handler
    return this.#host.state.attempt(
      tried,
      last(() => {
        const inner = new Scope(scope, 'block')
        if (param?.type === 'Identifier') inner.set(param.name, unknown)
        return this.body(body.body, inner)
      }),
    )
  }

  /** Is there a `break` or `continue` in it? One of a loop or `switch` inside of it counts too: then it is in doubt. Looks at each node once. */
  #breaksOut(node: Node): boolean {
    const known = this.#breaks.get(node)
    if (known !== undefined) return known
    const isOut = node.type === 'BreakStatement' || node.type === 'ContinueStatement' || partsOf(node).some((part) => this.#breaksOut(part))
    this.#breaks.set(node, isOut)
    return isOut
  }
}

function isNothing(argument: Expression | null | undefined): boolean {
  if (!argument) return true
  if (argument.type === 'Literal') return !argument.value && !argument.regex && !argument.bigint
  return argument.type === 'Identifier' ? argument.name === 'undefined' : argument.type === 'UnaryExpression' && argument.operator === 'void'
}
