import { randomUUID } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { User } from '../contract.ts'
import type { PasswordHash, PasswordHasher } from '../passwords/password-hash.ts'
import { canBePassword, checkNewPassword } from '../passwords/password-rules.ts'
import { checkUserName, nameKey } from '../user-rules.ts'

/** A user as stored, under the key of his name: the store's compare-and-set makes names unique. */
interface UserRecord extends User {
  readonly password: PasswordHash
}

interface KeptUser {
  readonly user: User
  readonly password: PasswordHash
  readonly version: number
}

/** The users, kept in memory and in the store. */
export class Users {
  readonly #records: Collection<UserRecord>
  readonly #hasher: PasswordHasher
  readonly #now: () => number
  readonly #byKey = new Map<string, KeptUser>()
  readonly #byId = new Map<string, User>()

  constructor(store: Store, hasher: PasswordHasher, now: () => number) {
    this.#records = store.collection<UserRecord>({ name: 'users' })
    this.#hasher = hasher
    this.#now = now
  }

  async load(): Promise<void> {
    for (const { value, version } of await this.#records.list()) this.#keep(value, version)
  }

  async add(given: { name: string; password: string; role: User['role'] }): Promise<User> {
    const name = checkUserName(given.name)
    if (this.#byKey.has(nameKey(name))) throw nameTaken(name)
    await checkNewPassword(given.password, name)
    const record: UserRecord = { id: randomUUID(), name, role: given.role, createdAt: this.#now(), password: await this.#hasher.hash(given.password) }
    try {
      return this.#keep(record, await this.#records.put(recordId(name), record, { ifVersion: 0 }))
    } catch (error) {
      throw isRelayError(error, 'store_conflict') ? nameTaken(name) : error
    }
  }

  list(): User[] {
    return [...this.#byId.values()].sort((a, b) => a.createdAt - b.createdAt)
  }

  /** Who gets in: undefined for one who is disabled. */
  byId(id: string): User | undefined {
    const user = this.#byId.get(id)
    return user?.disabledAt === undefined ? user : undefined
  }

  disable(id: string): Promise<boolean> {
    return this.#mark(id, this.#now())
  }

  enable(id: string): Promise<boolean> {
    return this.#mark(id, undefined)
  }

  async #mark(id: string, disabledAt: number | undefined): Promise<boolean> {
    const present = this.#byId.get(id)
    const kept = present && this.#byKey.get(nameKey(present.name))
    if (kept === undefined || (kept.user.disabledAt === undefined) === (disabledAt === undefined)) return false
    const { disabledAt: _, ...rest } = kept.user
    const record: UserRecord = { ...rest, ...(disabledAt === undefined ? {} : { disabledAt }), password: kept.password }
    this.#keep(record, await this.#records.put(recordId(rest.name), record, { ifVersion: kept.version }))
    return true
  }

  find(idOrName: string): User | undefined {
    return this.#byId.get(idOrName) ?? this.#byKey.get(nameKey(idOrName))?.user
  }

  /** The user with this name and password; undefined: no such user, another password, or he is disabled. All take the same time. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const key = nameKey(name)
    const kept = this.#byKey.get(key)
    const possible = canBePassword(password)
    const fits = await this.#hasher.fits(possible ? password : '', possible ? kept?.password : undefined)
    if (kept === undefined || !fits || kept.user.disabledAt !== undefined) return undefined
    // What was changed while it was looked at counts: another password, or that he is disabled.
    if (this.#byKey.get(key) !== kept || !(await this.#raiseCost(kept, password))) return this.authenticate(name, password)
    return this.#byKey.get(key)?.user
  }

  /** Whether nothing of him was changed since this was given: neither his password nor whether he gets in. */
  isPresent(user: User): boolean {
    return this.byId(user.id) === user
  }

  /** Another password, from when it is durable. `bad_request`; `not_found`, also for who is disabled; `store_conflict`: the user was changed meanwhile. */
  async setPassword(id: string, password: string): Promise<User> {
    const user = this.byId(id)
    const kept = user && this.#byKey.get(nameKey(user.name))
    if (kept === undefined) throw new RelayError('not_found', { params: { what: 'such user' } })
    await checkNewPassword(password, kept.user.name)
    return this.#storePassword(kept, password)
  }

  async #storePassword({ user, version }: KeptUser, password: string): Promise<User> {
    const record: UserRecord = { ...user, password: await this.#hasher.hash(password) }
    return this.#keep(record, await this.#records.put(recordId(user.name), record, { ifVersion: version }))
  }

  /** Hashes anew at today's cost: only at sign-in is the password at hand. False: the user was changed meanwhile, as by another sign-in. */
  async #raiseCost(kept: KeptUser, password: string): Promise<boolean> {
    if (!this.#hasher.isOutdated(kept.password)) return true
    try {
      await this.#storePassword(kept, password)
      return true
    } catch (error) {
      if (isRelayError(error, 'store_conflict')) return false
      throw error
    }
  }

  #keep({ password, ...user }: UserRecord, version: number): User {
    this.#byKey.set(nameKey(user.name), { user, password, version })
    this.#byId.set(user.id, user)
    return user
  }
}

function recordId(name: string): string {
  return `name:${nameKey(name)}`
}

function nameTaken(name: string): RelayError {
  return new RelayError('already_exists', { params: { what: `a user ${name}`, advice: 'Choose another name.' } })
}
