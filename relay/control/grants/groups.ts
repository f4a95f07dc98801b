import { randomUUID } from 'node:crypto'
import { RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'

/** A list of people under a name, kept by who runs the relay. */
export interface Group {
  readonly id: string
  readonly name: string
  /** User ids. */
  readonly members: readonly string[]
}

const mostGroups = 1000
const mostMembers = 1000

/** The groups, in memory and in the store. A name is one whatever its case. */
export class Groups {
  readonly #records: Collection<Group>
  readonly #changed: (group: Group | undefined) => void
  readonly #groups = new Map<string, Group>()
  /** As they are on the disk. */
  readonly #stored = new Map<string, Group>()
  readonly #ofUser = new Map<string, ReadonlySet<string>>()

  /** `changed` is called as soon as a change is in force, with what the group is now. */
  constructor(store: Store, changed: (group: Group | undefined) => void) {
    this.#records = store.collection<Group>({ name: 'groups' })
    this.#changed = changed
  }

  async load(): Promise<void> {
    for (const { value } of await this.#records.list()) {
      this.#groups.set(value.id, value)
      this.#stored.set(value.id, value)
    }
  }

  /** In order of name. */
  list(): readonly Group[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** By id or name. */
  find(idOrName: string): Group | undefined {
    return this.#groups.get(idOrName) ?? this.list().find(({ name }) => name.toLowerCase() === idOrName.toLowerCase())
  }

  /** Ids of the groups that a user is in. From memory. */
  of(userId: string): ReadonlySet<string> {
    const known = this.#ofUser.get(userId)
    if (known !== undefined) return known
    const found = new Set([...this.#groups.values()].filter(({ members }) => members.includes(userId)).map(({ id }) => id))
    this.#ofUser.set(userId, found)
    return found
  }

  /** `already_exists`, `bad_request`. */
  async add(name: string): Promise<Group> {
    this.#checkName(name)
    if (this.#groups.size >= mostGroups) reject(`there are ${mostGroups} groups already`)
    return this.#put({ id: randomUUID(), name, members: [] })
  }

  /** It is the same group: what is lent to it goes on. `not_found`, `already_exists`, `bad_request`. */
  async rename(id: string, name: string): Promise<Group> {
    const group = this.#groups.get(id)
    if (group === undefined) throw new RelayError('not_found', { params: { what: 'such group' } })
    this.#checkName(name, id)
    return this.#put({ ...group, name })
  }

  /** Who is in it from now on. `not_found`, `bad_request`. */
  async setMember(id: string, userId: string, isIn: boolean): Promise<Group> {
    const group = this.#groups.get(id)
    if (group === undefined) throw new RelayError('not_found', { params: { what: 'such group' } })
    const others = group.members.filter((member) => member !== userId)
    if (isIn && others.length >= mostMembers) reject(`a group has at most ${mostMembers} members`)
    return this.#put({ ...group, members: isIn ? [...others, userId] : others })
  }

  async remove(id: string): Promise<boolean> {
    const group = this.#groups.get(id)
    if (group === undefined) return false
    this.#groups.delete(id)
    this.#forget(undefined)
    try {
      await this.#records.delete(id)
    } catch (error) {
      // Nobody is in it from now on (law 7); it is there to be removed once more.
      const emptied = { ...group, members: [] }
      this.#groups.set(id, emptied)
      this.#forget(emptied)
      throw error
    }
    this.#stored.delete(id)
    return true
  }

  /** In force before it is durable. Undone when the disk refuses, but for who is taken out: he is out (law 7). */
  async #put(group: Group): Promise<Group> {
    this.#groups.set(group.id, group)
    this.#forget(group)
    try {
      await this.#records.put(group.id, group)
    } catch (error) {
      if (this.#groups.get(group.id) === group) this.#undo(group)
      throw error
    }
    // Not where it was removed in the meantime.
    if (this.#groups.has(group.id)) this.#stored.set(group.id, group)
    return group
  }

  /** To what the disk has, and not to what was in force before this change: the disk may have refused that too. */
  #undo({ id, members }: Group): void {
    const stored = this.#stored.get(id)
    const left = stored && { ...stored, members: stored.members.filter((member) => members.includes(member)) }
    if (left === undefined) this.#groups.delete(id)
    else this.#groups.set(id, left)
    this.#forget(left)
  }

  #forget(group: Group | undefined): void {
    this.#ofUser.clear()
    this.#changed(group)
  }

  /** A name may be that of the group itself, in another case. */
  #checkName(name: string, itself?: string): void {
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u.test(name) || name !== name.trim())
      reject('a group has a name of up to 63 letters, digits, spaces, dots, hyphens and underscores')
    const other = this.find(name)
    if (other !== undefined && other.id !== itself)
      throw new RelayError('already_exists', { params: { what: `a group ${name}`, advice: 'Choose another name.' } })
  }
}

function reject(problem: string): never {
  throw new RelayError('bad_request', { params: { problem } })
}
