import { randomUUID } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store, StoredRecord } from '../../store/index.ts'
import type { Identity, User } from '../contract.ts'
import type { NewPasskey, Passkeys } from '../passkeys/passkeys.ts'
import { checkNewPassword } from '../passwords/password-rules.ts'
import type { SecondFactors } from '../second-factors/second-factors.ts'
import { createToken, hashToken, isToken } from '../token.ts'
import { checkUserName } from '../user-rules.ts'

/** So long a link is good, by what it is for. Milliseconds. */
const life = { first: 24 * 3_600_000, person: 72 * 3_600_000, reset: 24 * 3_600_000 }
const prefix = 'li_'

/** What a link is for. */
export interface Invite {
  /** Its hash: what was given out is not kept. */
  readonly id: string
  /** first: whoever opens it becomes the first person, and says under which name. person: somebody becomes one of this relay. reset: who is one chooses another way to sign in. */
  readonly kind: 'first' | 'person' | 'reset'
  /** The id that he has, or will have. */
  readonly userId: string
  /** Empty for the first person. */
  readonly name: string
  readonly role: User['role']
  readonly createdAt: number
  readonly expiresAt: number
}

/** How the person signs in from now on. */
export interface ChosenWay {
  /** For the first person alone. */
  readonly name?: string | undefined
  readonly by: { readonly password: string } | { readonly passkey: NewPasskey }
}

interface Given {
  readonly invite: Invite
  /** 256 random bits. */
  readonly token: string
}

/** Links by which people come in, each good once. At rest: their hashes only. */
export interface Invites {
  /** `already_exists`, `bad_request`. */
  make(wanted: { readonly name: string; readonly role: User['role'] }): Promise<Given>
  /** For the first person, who runs the relay; links from before are worth nothing. Undefined: there is somebody. */
  makeFirst(): Promise<Given | undefined>
  /** For who has forgotten his password, or lost his passkey. His authenticator app is asked for as ever. */
  makeForPassword(user: User): Promise<Given>
  /** Does not spend it. Undefined: spent, expired or never valid. */
  lookup(token: string): Promise<Invite | undefined>
  /** May a passkey be chosen? Not by a link alone where an authenticator app is asked for besides the password: a passkey is both. */
  takesPasskey(invite: Invite): Promise<boolean>
  /**
   * Adds the person with the way he chose, or gives him that way in place of the one before; of any number of callers one does.
   * `invite_invalid`; `bad_request` for an unfit name or password, which does not spend it.
   */
  redeem(token: string, way: ChosenWay): Promise<User>
  /** Newest first. */
  list(): Promise<readonly Invite[]>
  withdraw(id: string): Promise<boolean>
}

export interface InvitesOptions {
  readonly store: Store
  readonly identity: Pick<Identity, 'addUser' | 'findUser' | 'listUsers' | 'resetPassword' | 'resetToPasskey'>
  readonly passkeys: Pick<Passkeys, 'keep' | 'list' | 'remove'>
  readonly secondFactors: Pick<SecondFactors, 'of'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function createInvites(options: InvitesOptions): Invites {
  return new StoredInvites(options)
}

class StoredInvites implements Invites {
  readonly #options: InvitesOptions
  readonly #records: Collection<Invite>

  constructor(options: InvitesOptions) {
    this.#options = options
    this.#records = options.store.collection<Invite>({ name: 'invites' })
  }

  async make({ name: typed, role }: { name: string; role: User['role'] }): Promise<Given> {
    await this.#sweep()
    const name = checkUserName(typed)
    if ((await this.#options.identity.findUser(name)) !== undefined)
      throw new RelayError('already_exists', { params: { what: `a user ${name}`, advice: 'Choose another name.' } })
    return this.#give({ kind: 'person', userId: randomUUID(), name, role })
  }

  async makeFirst(): Promise<Given | undefined> {
    await this.#sweep(({ kind }) => kind === 'first')
    if (await this.#isInhabited()) return undefined
    return this.#give({ kind: 'first', userId: randomUUID(), name: '', role: 'admin' })
  }

  async makeForPassword({ id: userId, name, role }: User): Promise<Given> {
    // The last one alone is good.
    await this.#sweep((invite) => invite.userId === userId)
    return this.#give({ kind: 'reset', userId, name, role })
  }

  async lookup(token: string): Promise<Invite | undefined> {
    return (await this.#find(token))?.value
  }

  async takesPasskey({ kind, userId }: Invite): Promise<boolean> {
    return kind !== 'reset' || (await this.#options.secondFactors.of(userId)) === undefined
  }

  async redeem(token: string, { name: typed, by }: ChosenWay): Promise<User> {
    const found = await this.#find(token)
    if (found === undefined) throw new RelayError('invite_invalid')
    const invite = found.value
    const name = invite.kind === 'first' ? checkUserName(typed ?? '') : invite.name
    // Who is disabled gets in by nothing; the link is good again with him.
    if (invite.kind === 'reset' && (await this.#options.identity.findUser(invite.userId))?.disabledAt !== undefined) throw new RelayError('invite_invalid')
    if ('password' in by) await checkNewPassword(by.password, name)
    else if (!(await this.takesPasskey(invite))) throw new RelayError('passkey_refused')
    // Of all who have found it, the store lets one delete it.
    const isMine = await this.#records.delete(found.id, { ifVersion: found.version }).catch((error: unknown) => {
      if (isRelayError(error, 'store_conflict')) return false
      throw error
    })
    if (!isMine) throw new RelayError('invite_invalid')
    return invite.kind === 'reset' ? this.#reset(invite, by) : this.#add({ ...invite, name }, by)
  }

  async list(): Promise<readonly Invite[]> {
    await this.#sweep()
    return (await this.#records.list()).map(({ value }) => value).sort((a, b) => b.createdAt - a.createdAt)
  }

  withdraw(id: string): Promise<boolean> {
    return this.#records.delete(id)
  }

  async #add({ kind, userId: id, name, role }: Invite, by: ChosenWay['by']): Promise<User> {
    const { identity, passkeys } = this.#options
    const first = kind === 'first' ? { first: true as const } : {}
    if ('password' in by) return identity.addUser({ id, name, role, password: by.password, ...first })
    // Before there is the person: one without any way in would be left where the relay is killed between the two.
    const passkey = await passkeys.keep(id, by.passkey)
    try {
      return await identity.addUser({ id, name, role, ...first })
    } catch (error) {
      await passkeys.remove(id, passkey.id)
      throw error
    }
  }

  async #reset({ userId }: Invite, by: ChosenWay['by']): Promise<User> {
    const { identity, passkeys } = this.#options
    // Disabled, or changed otherwise, since he was looked at.
    const asInvalid = (error: unknown): never => {
      throw isRelayError(error, 'not_found') || isRelayError(error, 'store_conflict') ? new RelayError('invite_invalid', { cause: error }) : error
    }
    if ('password' in by) return identity.resetPassword(userId, by.password).catch(asInvalid)
    // He has lost those he had, or they are another's by now.
    const before = await passkeys.list(userId)
    const { id } = await passkeys.keep(userId, by.passkey)
    const user = await identity.resetToPasskey(userId).catch(async (error: unknown) => {
      await passkeys.remove(userId, id)
      return asInvalid(error)
    })
    for (const passkey of before) await passkeys.remove(userId, passkey.id)
    return user
  }

  async #find(token: string): Promise<StoredRecord<Invite> | undefined> {
    const found = isToken(token, prefix) ? await this.#records.get(hashToken(token)) : undefined
    if (found === undefined || found.value.expiresAt <= this.#options.now()) return undefined
    return found.value.kind === 'first' && (await this.#isInhabited()) ? undefined : found
  }

  async #isInhabited(): Promise<boolean> {
    return (await this.#options.identity.listUsers()).length > 0
  }

  async #sweep(isOver: (invite: Invite) => boolean = () => false): Promise<void> {
    const now = this.#options.now()
    for (const { id, value } of await this.#records.list()) if (value.expiresAt <= now || isOver(value)) await this.#records.delete(id)
  }

  async #give(wanted: Pick<Invite, 'kind' | 'userId' | 'name' | 'role'>): Promise<Given> {
    const token = createToken(prefix)
    const id = hashToken(token)
    const now = this.#options.now()
    const invite: Invite = { ...wanted, id, createdAt: now, expiresAt: now + life[wanted.kind] }
    await this.#records.put(id, invite, { ifVersion: 0 })
    return { invite, token }
  }
}
