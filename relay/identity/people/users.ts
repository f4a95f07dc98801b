import { randomUUID } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { LinkUse, NewUser, User } from '../contract.ts'
import type { PasswordHash, PasswordHasher } from '../passwords/password-hash.ts'
import { canBePassword, checkNewPassword } from '../passwords/password-rules.ts'
import { checkUserName, nameKey } from '../user-rules.ts'

/** A user as stored, under the key of his name: the store's compare-and-set makes names unique. */
interface UserRecord extends User {
  /** Absent: he signs in by passkey alone. */
  readonly password?: PasswordHash
  /** By a link he chose a passkey in place of all he had. */
  readonly passkeyReset?: PasskeyReset
  /** The id of the link by which he came in, or chose another way to sign in last: one record says what it did and that it is spent. */
  readonly link?: string
}

/** The passkey that took the place of everything, and those that are worth nothing since, whether their records are gone yet or not. Ids. */
export interface PasskeyReset {
  readonly to: string
  readonly from: readonly string[]
}

interface KeptUser {
  readonly user: User
  readonly password: PasswordHash | undefined
  /** What another password leaves as it is. */
  readonly beside: Pick<UserRecord, 'passkeyReset' | 'link'>
  readonly version: number
}

/** The users, kept in memory and in the store. */
export class Users {
  readonly #records: Collection<UserRecord>
  readonly #hasher: PasswordHasher
  readonly #now: () => number
  readonly #byKey = new Map<string, KeptUser>()
  readonly #byId = new Map<string, User>()
  readonly #listeners = new Set<(user: User) => void>()
  /** On their way to the disk. */
  #adding = 0

  constructor(store: Store, hasher: PasswordHasher, now: () => number) {
    this.#records = store.collection<UserRecord>({ name: 'users' })
    this.#hasher = hasher
    this.#now = now
  }

  async load(): Promise<void> {
    for (const { value, version } of await this.#records.list()) this.#keep(value, version)
  }

  /** `first`: only where there is no user, and none on the way; else `invite_invalid`. */
  async add({ name: typed, password, role, id = randomUUID(), first, link }: NewUser): Promise<User> {
    const name = checkUserName(typed)
    if (this.#byKey.has(nameKey(name))) throw nameTaken(name)
    if (password !== undefined) await checkNewPassword(password, name)
    const hash = password === undefined ? {} : { password: await this.#hasher.hash(password) }
    if (first === true && this.#byKey.size + this.#adding > 0) throw new RelayError('invite_invalid')
    const record: UserRecord = { id, name, role, createdAt: this.#now(), ...hash, ...taken(link) }
    this.#adding++
    try {
      return this.#keep(record, await this.#records.put(recordId(name), record, { ifVersion: 0 }))
    } catch (error) {
      throw isRelayError(error, 'store_conflict') ? nameTaken(name) : error
    } finally {
      this.#adding--
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

  onAdmission(listener: (user: User) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async #mark(id: string, disabledAt: number | undefined): Promise<boolean> {
    const present = this.#byId.get(id)
    const kept = present && this.#byKey.get(nameKey(present.name))
    if (kept === undefined || (kept.user.disabledAt === undefined) === (disabledAt === undefined)) return false
    const { disabledAt: _, admittedAt: __, ...rest } = kept.user
    const record: UserRecord = {
      ...rest,
      ...(disabledAt === undefined ? { admittedAt: this.#now() } : { disabledAt }),
      ...(kept.password === undefined ? {} : { password: kept.password }),
      ...kept.beside,
    }
    const user = this.#keep(record, await this.#records.put(recordId(rest.name), record, { ifVersion: kept.version }))
    for (const listener of this.#listeners) listener(user)
    return true
  }

  find(idOrName: string): User | undefined {
    return this.#byId.get(idOrName) ?? this.#byKey.get(nameKey(idOrName))?.user
  }

  /** False: he signs in by passkey alone. */
  hasPassword(id: string): boolean {
    const user = this.#byId.get(id)
    return user !== undefined && this.#byKey.get(nameKey(user.name))?.password !== undefined
  }

  /** The user with this name and password; undefined: no such user, another password, none at all, or he is disabled. All take the same time. */
  async authenticate(name: string, password: string): Promise<User | undefined> {
    const key = nameKey(name)
    const kept = this.#byKey.get(key)
    const possible = canBePassword(password)
    const fits = await this.#hasher.fits(possible ? password : '', possible ? kept?.password : undefined)
    if (kept?.password === undefined || !fits || kept.user.disabledAt !== undefined) return undefined
    // What was changed while it was looked at counts: another password, or that he is disabled.
    if (this.#byKey.get(key) !== kept || !(await this.#raiseCost(kept, password))) return this.authenticate(name, password)
    return this.#byKey.get(key)?.user
  }

  /** Whether nothing of him was changed since this was given: neither his password nor whether he gets in. */
  isPresent(user: User): boolean {
    return this.byId(user.id) === user
  }

  /**
   * Another password, from when it is durable. `bad_request`; `not_found`, also for who is disabled; `store_conflict`: the user was changed
   * meanwhile; `invite_invalid`: the link was withdrawn meanwhile.
   */
  async setPassword(id: string, password: string, link?: LinkUse): Promise<User> {
    const user = this.byId(id)
    const kept = user && this.#byKey.get(nameKey(user.name))
    if (kept === undefined) throw new RelayError('not_found', { params: { what: 'such user' } })
    await checkNewPassword(password, kept.user.name)
    return this.#storePassword(kept, password, link)
  }

  /** The same for who has none. `bad_request`: he has one. */
  async addPassword(id: string, password: string): Promise<User> {
    if (this.hasPassword(id)) throw new RelayError('bad_request', { params: { problem: 'you have a password: change it' } })
    return this.setPassword(id, password)
  }

  /** No password any more, and none of the passkeys before: one record says both, so that no crash leaves one without the other. Errors as of `setPassword`. */
  async resetToPasskey(id: string, passkeyReset: PasskeyReset, link?: LinkUse): Promise<User> {
    const user = this.byId(id)
    const kept = user && this.#byKey.get(nameKey(user.name))
    if (kept === undefined) throw new RelayError('not_found', { params: { what: 'such user' } })
    const record: UserRecord = { ...kept.user, ...kept.beside, passkeyReset, ...taken(link) }
    return this.#keep(record, await this.#records.put(recordId(kept.user.name), record, { ifVersion: kept.version }))
  }

  /** From memory. */
  passkeyResetOf(id: string): PasskeyReset | undefined {
    return this.#besideOf(id)?.passkeyReset
  }

  /** From memory. */
  cameBy(id: string, link: string): boolean {
    return this.#besideOf(id)?.link === link
  }

  #besideOf(id: string): KeptUser['beside'] | undefined {
    const user = this.#byId.get(id)
    return user && this.#byKey.get(nameKey(user.name))?.beside
  }

  async #storePassword(kept: KeptUser, password: string, link?: LinkUse): Promise<User> {
    const hash = await this.#hasher.hash(password)
    const record: UserRecord = { ...kept.user, password: hash, ...kept.beside, ...taken(link) }
    return this.#keep(record, await this.#records.put(recordId(kept.user.name), record, { ifVersion: kept.version }))
  }

  /** Hashes anew at today's cost: only at sign-in is the password at hand. False: the user was changed meanwhile, as by another sign-in. */
  async #raiseCost(kept: KeptUser, password: string): Promise<boolean> {
    if (kept.password === undefined || !this.#hasher.isOutdated(kept.password)) return true
    try {
      await this.#storePassword(kept, password)
      return true
    } catch (error) {
      if (isRelayError(error, 'store_conflict')) return false
      throw error
    }
  }

  #keep({ password, passkeyReset, link, ...user }: UserRecord, version: number): User {
    const beside = { ...(passkeyReset === undefined ? {} : { passkeyReset }), ...(link === undefined ? {} : { link }) }
    this.#byKey.set(nameKey(user.name), { user, password, beside, version })
    this.#byId.set(user.id, user)
    return user
  }
}

/** Right before the record is written, in the same turn. */
function taken(link: LinkUse | undefined): Pick<UserRecord, 'link'> {
  if (link === undefined) return {}
  if (!link.take()) throw new RelayError('invite_invalid')
  return { link: link.id }
}

function recordId(name: string): string {
  return `name:${nameKey(name)}`
}

function nameTaken(name: string): RelayError {
  return new RelayError('already_exists', { params: { what: `a user ${name}`, advice: 'Choose another name.' } })
}
