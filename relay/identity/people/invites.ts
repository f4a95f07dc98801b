import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store, StoredRecord } from '../../store/index.ts'
import type { Identity, User } from '../contract.ts'
import { checkNewPassword } from '../passwords/password-rules.ts'
import { createToken, hashToken, isToken } from '../token.ts'
import { checkUserName } from '../user-rules.ts'

/** So long a link is good: for who becomes a person of this relay, and for who chooses another password. Milliseconds. */
const life = { person: 72 * 3_600_000, password: 24 * 3_600_000 }
const prefix = 'li_'

/** Somebody may become a person of this relay, under this name; or who is one already may choose another password. */
export interface Invite {
  /** Its hash: what was given out is not kept. */
  readonly id: string
  readonly name: string
  readonly role: User['role']
  /** Who chooses another password; absent: somebody new. */
  readonly userId?: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** Invitations, each good once. At rest: their hashes only. */
export interface Invites {
  /** `token`: 256 random bits. `already_exists`, `bad_request`. */
  make(wanted: { readonly name: string; readonly role: User['role'] }): Promise<{ readonly invite: Invite; readonly token: string }>
  /** For who has forgotten his password. His second factor is asked for as ever. */
  makeForPassword(user: User): Promise<{ readonly invite: Invite; readonly token: string }>
  /** Does not spend it. Undefined: spent, expired or never valid. */
  lookup(token: string): Promise<Invite | undefined>
  /** Adds the person with the password he chose, or gives him that password; of any number of callers one does. `invite_invalid`; `bad_request` for an unfit password, which does not spend it. */
  redeem(token: string, password: string): Promise<User>
  /** Newest first. */
  list(): Promise<readonly Invite[]>
  withdraw(id: string): Promise<boolean>
}

export interface InvitesOptions {
  readonly store: Store
  readonly identity: Pick<Identity, 'addUser' | 'findUser' | 'resetPassword'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function createInvites({ store, identity, now }: InvitesOptions): Invites {
  const records: Collection<Invite> = store.collection<Invite>({ name: 'invites' })

  async function find(token: string): Promise<StoredRecord<Invite> | undefined> {
    const found = isToken(token, prefix) ? await records.get(hashToken(token)) : undefined
    return found !== undefined && found.value.expiresAt > now() ? found : undefined
  }

  async function sweep(): Promise<void> {
    for (const { id, value } of await records.list()) if (value.expiresAt <= now()) await records.delete(id)
  }

  async function give(wanted: Pick<Invite, 'name' | 'role' | 'userId'>, life: number): Promise<{ invite: Invite; token: string }> {
    const token = createToken(prefix)
    const id = hashToken(token)
    const invite = { ...wanted, id, createdAt: now(), expiresAt: now() + life }
    await records.put(id, invite, { ifVersion: 0 })
    return { invite, token }
  }

  return {
    async make({ name: typed, role }) {
      await sweep()
      const name = checkUserName(typed)
      if ((await identity.findUser(name)) !== undefined)
        throw new RelayError('already_exists', { params: { what: `a user ${name}`, advice: 'Choose another name.' } })
      return give({ name, role }, life.person)
    },

    async makeForPassword({ id: userId, name, role }) {
      await sweep()
      // The last one alone is good.
      for (const { id, value } of await records.list()) if (value.userId === userId) await records.delete(id)
      return give({ name, role, userId }, life.password)
    },

    async lookup(token) {
      return (await find(token))?.value
    },

    async redeem(token, password) {
      const found = await find(token)
      if (found === undefined) throw new RelayError('invite_invalid')
      const { name, role, userId } = found.value
      // Who is disabled gets in by nothing; the link is good again with him.
      if (userId !== undefined && (await identity.findUser(userId))?.disabledAt !== undefined) throw new RelayError('invite_invalid')
      await checkNewPassword(password, name)
      // Of all who have found it, the store lets one delete it.
      const isMine = await records.delete(found.id, { ifVersion: found.version }).catch((error: unknown) => {
        if (isRelayError(error, 'store_conflict')) return false
        throw error
      })
      if (!isMine) throw new RelayError('invite_invalid')
      if (userId === undefined) return identity.addUser({ name, role, password })
      return identity.resetPassword(userId, password).catch((error: unknown) => {
        // Disabled, or given another password, since it was looked at.
        throw isRelayError(error, 'not_found') || isRelayError(error, 'store_conflict') ? new RelayError('invite_invalid', { cause: error }) : error
      })
    },

    async list() {
      await sweep()
      return (await records.list()).map(({ value }) => value).sort((a, b) => b.createdAt - a.createdAt)
    },

    withdraw(id) {
      return records.delete(id)
    },
  }
}
