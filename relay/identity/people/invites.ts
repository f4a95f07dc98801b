import { randomUUID } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store, StoredRecord } from '../../store/index.ts'
import type { Identity, LinkUse, User } from '../contract.ts'
import type { NewPasskey, Passkeys } from '../passkeys/passkeys.ts'
import { checkNewPassword } from '../passwords/password-rules.ts'
import type { SecondFactors } from '../second-factors/second-factors.ts'
import { createToken, hashToken, isToken } from '../token.ts'
import { checkUserName } from '../user-rules.ts'

/** So long a link is good, by what it is for. Milliseconds. */
const life = { first: 24 * 3_600_000, person: 72 * 3_600_000, reset: 24 * 3_600_000 }
const prefix = 'li_'

const passwordRefused =
  'a password alone signs you in nowhere at this relay, and a passkey of yours is kept; choose a passkey by this link, or have the lost one taken away first (`login-relay user reset-second-factor`)'

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
  /** The id of who made it: it is worth nothing while he is disabled, or gone. Absent: the local administrator. */
  readonly by?: string
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
  make(wanted: { readonly name: string; readonly role: User['role']; readonly by?: string | undefined }): Promise<Given>
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
   * `invite_invalid`; `bad_request` for an unfit name or password, and for a password that would let him in nowhere (`Identity.takesPassword`); `passkey_refused`.
   * It is spent by the record of the person: whatever is thrown, and a crash, while nothing of him was changed leaves the link as it was.
   */
  redeem(token: string, way: ChosenWay): Promise<User>
  /** Newest first. */
  list(): Promise<readonly Invite[]>
  /** False: there is none such, or it was spent in the meantime. A use of it that has changed nothing yet is refused. */
  withdraw(id: string): Promise<boolean>
  /** The link by which this person would choose another way to sign in. False: there is none. */
  withdrawReset(userId: string): Promise<boolean>
}

export interface InvitesOptions {
  readonly store: Store
  readonly identity: Pick<Identity, 'addUser' | 'findUser' | 'listUsers' | 'resetPassword' | 'resetToPasskey' | 'wasResetTo' | 'takesPassword' | 'cameBy'>
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
  /** Those that are being used, by their ids: one use of each at a time, and the next finds it spent. */
  readonly #uses = new Map<string, OneUse>()

  constructor(options: InvitesOptions) {
    this.#options = options
    this.#records = options.store.collection<Invite>({ name: 'invites' })
  }

  async make({ name: typed, role, by }: { name: string; role: User['role']; by?: string | undefined }): Promise<Given> {
    await this.#sweep()
    const name = checkUserName(typed)
    if ((await this.#options.identity.findUser(name)) !== undefined)
      throw new RelayError('already_exists', { params: { what: `a user ${name}`, advice: 'Choose another name.' } })
    return this.#give({ kind: 'person', userId: randomUUID(), name, role, ...(by === undefined ? {} : { by }) })
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

  async redeem(token: string, way: ChosenWay): Promise<User> {
    const { id, value } = await this.#load(token)
    for (let present = this.#uses.get(id); present !== undefined; present = this.#uses.get(id)) await present.over
    const use = new OneUse(value)
    this.#uses.set(id, use)
    try {
      // From here on it is not withdrawn unnoticed; and others may have used it until now.
      const { value: invite } = await this.#load(token)
      return await this.#use(invite, way, use)
    } finally {
      // Where this fails it is found spent all the same.
      if (this.#isSpent(value)) await this.#records.delete(id).catch(() => {})
      this.#uses.delete(id)
      use.end()
    }
  }

  async list(): Promise<readonly Invite[]> {
    await this.#sweep()
    return (await this.#records.list()).map(({ value }) => value).sort((a, b) => b.createdAt - a.createdAt)
  }

  async withdraw(id: string): Promise<boolean> {
    return this.#sweep((invite) => invite.id === id)
  }

  withdrawReset(userId: string): Promise<boolean> {
    return this.#sweep((invite) => invite.kind === 'reset' && invite.userId === userId)
  }

  async #checkPassword({ kind, userId }: Invite, password: string, name: string): Promise<void> {
    await checkNewPassword(password, name)
    if (kind === 'reset' && !(await this.#options.identity.takesPassword(userId))) throw new RelayError('bad_request', { params: { problem: passwordRefused } })
  }

  /** Everything is made ready first, and the person's record spends the link: that is what says so, and that the link is deleted comes after. */
  async #use(invite: Invite, { name: typed, by }: ChosenWay, link: LinkUse): Promise<User> {
    const name = invite.kind === 'first' ? checkUserName(typed ?? '') : invite.name
    // Who is disabled gets in by nothing; the link is good again with him.
    if (invite.kind === 'reset' && (await this.#options.identity.findUser(invite.userId))?.disabledAt !== undefined) throw new RelayError('invite_invalid')
    if ('password' in by) await this.#checkPassword(invite, by.password, name)
    else if (!(await this.takesPasskey(invite))) throw new RelayError('passkey_refused')
    return invite.kind === 'reset' ? this.#reset(invite, by, link) : this.#add({ ...invite, name }, by, link)
  }

  async #add({ kind, userId: id, name, role }: Invite, by: ChosenWay['by'], link: LinkUse): Promise<User> {
    const { identity, passkeys } = this.#options
    const first = kind === 'first' ? { first: true as const } : {}
    // Left by a use that a crash cut off: he who chooses now may be another than he who did then.
    if ((await identity.findUser(id)) === undefined) for (const left of await passkeys.list(id)) await passkeys.remove(id, left.id)
    if ('password' in by) return identity.addUser({ id, name, role, password: by.password, link, ...first })
    // Before there is the person: one without any way in would be left where the relay is killed between the two.
    const passkey = await passkeys.keep(id, by.passkey)
    try {
      return await identity.addUser({ id, name, role, link, ...first })
    } catch (error) {
      if ((await identity.findUser(id)) === undefined) await passkeys.remove(id, passkey.id)
      throw error
    }
  }

  async #reset({ userId }: Invite, by: ChosenWay['by'], link: LinkUse): Promise<User> {
    const { identity, passkeys } = this.#options
    // Disabled since he was looked at.
    const asInvalid = async (error: unknown): Promise<never> => {
      const isOut = isRelayError(error, 'not_found') || (await identity.findUser(userId))?.disabledAt !== undefined
      throw isOut ? new RelayError('invite_invalid', { cause: error }) : error
    }
    if ('password' in by) return identity.resetPassword(userId, by.password, link).catch(asInvalid)
    // In place of those he had: he has lost them, or they are another's by now.
    const { id } = await passkeys.keep(userId, by.passkey, { instead: true })
    return identity.resetToPasskey(userId, id, link).catch(async (error: unknown) => {
      // Where it has taken effect, this passkey is all he has.
      if (!identity.wasResetTo(userId, id)) await passkeys.remove(userId, id)
      return asInvalid(error)
    })
  }

  async #find(token: string): Promise<StoredRecord<Invite> | undefined> {
    const found = isToken(token, prefix) ? await this.#records.get(hashToken(token)) : undefined
    if (found === undefined || found.value.expiresAt <= this.#options.now()) return undefined
    const { by } = found.value
    if (this.#isSpent(found.value)) return undefined
    if (by !== undefined && !(await this.#isAdmitted(by))) return undefined
    return found.value.kind === 'first' && (await this.#isInhabited()) ? undefined : found
  }

  async #load(token: string): Promise<StoredRecord<Invite>> {
    const found = await this.#find(token)
    if (found === undefined) throw new RelayError('invite_invalid')
    return found
  }

  /** Though it may not be deleted yet. */
  #isSpent({ userId, id }: Invite): boolean {
    return this.#options.identity.cameBy(userId, id)
  }

  async #isAdmitted(id: string): Promise<boolean> {
    const user = await this.#options.identity.findUser(id)
    return user !== undefined && user.disabledAt === undefined
  }

  async #isInhabited(): Promise<boolean> {
    return (await this.#options.identity.listUsers()).length > 0
  }

  /** Deletes what has expired or is spent, and what `isOver`: true where there was such a one, and it was good. */
  async #sweep(isOver: (invite: Invite) => boolean = () => false): Promise<boolean> {
    const now = this.#options.now()
    for (const use of [...this.#uses.values()]) if (isOver(use.invite)) await use.withdraw()
    let wasThere = false
    for (const { value: invite } of await this.#records.list()) {
      const isWanted = isOver(invite)
      if (!isWanted && invite.expiresAt > now && !this.#isSpent(invite)) continue
      const isDeleted = await this.#records.delete(invite.id)
      if (!isWanted) continue
      // One may have begun since; from here on none does.
      await this.#uses.get(invite.id)?.withdraw()
      if (isDeleted && !this.#isSpent(invite)) wasThere = true
    }
    return wasThere
  }

  async #give(wanted: Pick<Invite, 'kind' | 'userId' | 'name' | 'role' | 'by'>): Promise<Given> {
    const token = createToken(prefix)
    const id = hashToken(token)
    const now = this.#options.now()
    const invite: Invite = { ...wanted, id, createdAt: now, expiresAt: now + life[wanted.kind] }
    await this.#records.put(id, invite, { ifVersion: 0 })
    return { invite, token }
  }
}

/** A use of a link that is under way: until it takes the link it can be withdrawn. */
class OneUse implements LinkUse {
  readonly invite: Invite
  readonly over: Promise<void>
  readonly end: () => void
  #state: 'ready' | 'taken' | 'withdrawn' = 'ready'

  constructor(invite: Invite) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.invite = invite
    this.over = promise
    this.end = resolve
  }

  get id(): string {
    return this.invite.id
  }

  take(): boolean {
    if (this.#state === 'ready') this.#state = 'taken'
    return this.#state === 'taken'
  }

  /** Where it has taken the link, what comes of that is waited for. */
  async withdraw(): Promise<void> {
    if (this.#state === 'taken') await this.over
    else this.#state = 'withdrawn'
  }
}
