import { isSame, type Scope, unknown, type Value } from './value.ts'

/** What became of the form's fields in one way through the scripts: the password field emptied, another one filled in. */
export type Fields = ReadonlyMap<string, Value>

interface Before {
  readonly scope: Scope
  readonly name: string
  readonly value: Value
}

/** What a way through the scripts has changed so far, variables and fields. */
export class State {
  /** What each way that came to its end has made of the fields. */
  readonly outcomes: Fields[] = []
  fields = new Map<string, Value>()
  /** What variables held before the branch that is followed has changed them. */
  #journal: Map<string, Before> | undefined
  readonly #ids = new Map<Scope, number>()

  set(scope: Scope, name: string, value: Value): void {
    const id = this.#ids.get(scope) ?? this.#ids.size
    this.#ids.set(scope, id)
    const variable = `${id} ${name}`
    if (this.#journal?.has(variable) === false) this.#journal.set(variable, { scope, name, value: scope.get(name) ?? unknown })
    scope.declare(name, value)
  }

  /** From the fields as they stand, which are the same again afterwards. */
  way(go: () => void): void {
    const before = this.fields
    this.fields = new Map(before)
    go()
    if (this.fields.size > 0) this.outcomes.push(this.fields)
    this.fields = before
  }

  /** Follows ways of which one is taken. What differs between those that go on is unknown after them. True: none goes on. */
  branches(ways: readonly (() => boolean)[]): boolean {
    const [fields, journal] = [this.fields, this.#journal]
    const ends = ways.map((way) => this.#branch(way, fields))
    this.#journal = journal
    // A way that ends here with something in the fields is one of the ways through.
    for (const end of ends) if (end.isOver && !isSameFields(end.fields, fields)) this.outcomes.push(end.fields)
    const open = ends.filter(({ isOver }) => !isOver)
    this.fields = mergedFields(open.map((one) => one.fields)) ?? fields
    const changed = new Map(open.flatMap(({ before }) => [...before]))
    for (const [variable, { scope, name, value }] of changed) {
      const [first = unknown, ...others] = open.map(({ after }) => after.get(variable) ?? value)
      this.set(scope, name, others.every((other) => isSame(other, first)) ? first : unknown)
    }
    return open.length === 0
  }

  #branch(way: () => boolean, fields: Fields) {
    this.fields = new Map(fields)
    this.#journal = new Map()
    const isOver = way()
    const before: ReadonlyMap<string, Before> = this.#journal
    const after = new Map([...before].map(([variable, { scope, name }]) => [variable, scope.get(name) ?? unknown]))
    for (const { scope, name, value } of before.values()) scope.declare(name, value)
    return { isOver, fields: this.fields, before, after }
  }
}

/** Undefined: no way goes on. */
function mergedFields(ways: readonly Fields[]): Map<string, Value> | undefined {
  const [first, ...others] = ways
  if (first === undefined) return undefined
  const names = new Set(ways.flatMap((fields) => [...fields.keys()]))
  const mergedOf = (name: string): Value => {
    const value = first.get(name) ?? unknown
    return others.every((fields) => isSame(fields.get(name) ?? unknown, value)) ? value : unknown
  }
  return new Map([...names].map((name) => [name, mergedOf(name)]))
}

function isSameFields(one: Fields, other: Fields): boolean {
  return one.size === other.size && [...one].every(([name, value]) => isSame(value, other.get(name) ?? unknown))
}
