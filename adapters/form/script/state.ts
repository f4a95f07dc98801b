import { isSame, unknown, type Value } from './value.ts'

/** What became of the form's fields in one way through the scripts: the password field emptied, another one filled in. */
export type Fields = ReadonlyMap<string, Value>

/** What has names with values: the variables of a function, the members of an object. */
interface Holder {
  get(name: string): Value | undefined
  set(name: string, value: Value): void
}

interface Before {
  readonly holder: Holder
  readonly name: string
  readonly value: Value
}

/** What came about in the block of a `try`: the fields at each `throw`, and the variables that were changed. */
interface Attempt {
  readonly thrown: Fields[]
  readonly touched: Map<string, Before>
}

/** What a way through the scripts has changed so far, variables and fields. */
export class State {
  /** What each way that came to its end has made of the fields. */
  readonly outcomes: Fields[] = []
  fields = new Map<string, Value>()
  /** What variables held before the branch that is followed has changed them. */
  #journal: Map<string, Before> | undefined
  readonly #ids = new Map<Holder, number>()
  #attempt: Attempt | undefined

  set(holder: Holder, name: string, value: Value): void {
    const id = this.#ids.get(holder) ?? this.#ids.size
    this.#ids.set(holder, id)
    const variable = `${id} ${name}`
    const before = { holder, name, value: holder.get(name) ?? unknown }
    if (this.#journal?.has(variable) === false) this.#journal.set(variable, before)
    this.#attempt?.touched.set(variable, before)
    holder.set(name, value)
  }

  /** From the fields as they stand, which are the same again afterwards. */
  way(go: () => void): void {
    const [before, attempt] = [this.fields, this.#attempt]
    this.fields = new Map(before)
    this.#attempt = undefined
    go()
    if (this.fields.size > 0) this.outcomes.push(this.fields)
    this.fields = before
    this.#attempt = attempt
  }

  /** Leads to the handler of the `try` that it stands in, if it does. */
  throw(): void {
    this.#attempt?.thrown.push(new Map(this.fields))
  }

  /** A `try` with its handler, which is one of the ways where the block throws, or where it makes something else of fields or variables. */
  attempt(block: () => boolean, handler: () => boolean): boolean {
    const outer = this.#attempt
    const attempt: Attempt = { thrown: [], touched: new Map() }
    return this.branches([
      () => {
        this.#attempt = attempt
        const isOver = block()
        this.#attempt = outer
        for (const [variable, before] of attempt.touched) outer?.touched.set(variable, before)
        return isOver
      },
      () => this.#caught(attempt, handler),
    ])
  }

  #caught({ thrown, touched }: Attempt, handler: () => boolean): boolean {
    const [before, holders] = [this.fields, this.#ids.size]
    if (thrown.length === 0) {
      const isOver = handler()
      // What functions called meanwhile have for themselves is gone.
      const isChanged = [...(this.#journal?.values() ?? [])].some(({ holder }) => (this.#ids.get(holder) ?? holders) < holders)
      // Else it only tells that the script is broken: nothing that a sign-in by hand comes to.
      return isOver || !(isChanged || !isSameFields(this.fields, before))
    }
    this.fields = mergedFields(thrown) ?? before
    for (const { holder, name } of touched.values()) this.set(holder, name, unknown)
    return handler()
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
    for (const [variable, { holder, name, value }] of changed) {
      const [first = unknown, ...others] = open.map(({ after }) => after.get(variable) ?? value)
      this.set(holder, name, others.every((other) => isSame(other, first)) ? first : unknown)
    }
    return open.length === 0
  }

  #branch(way: () => boolean, fields: Fields) {
    this.fields = new Map(fields)
    this.#journal = new Map()
    const isOver = way()
    const before: ReadonlyMap<string, Before> = this.#journal
    const after = new Map([...before].map(([variable, { holder, name }]) => [variable, holder.get(name) ?? unknown]))
    for (const { holder, name, value } of before.values()) holder.set(name, value)
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
