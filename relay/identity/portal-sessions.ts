import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { RelayError } from '../errors.ts'
import type { Store } from '../store/index.ts'
import type { ListedPortalSession, PortalSession } from './contract.ts'
import { createToken, hashToken, isToken } from './token.ts'
import { type Kept, type TokenRecord, TokenRecords } from './token-records.ts'

/** OWASP ASVS 7.3: an inactivity limit and an absolute one. Milliseconds. */
const idleLife = 2 * 3_600_000
const absoluteLife = 12 * 3_600_000

/** A user's oldest session ends when he has more than this. */
const mostPerUser = 100

interface PortalSessionRecord extends TokenRecord {
  readonly userId: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly agent: string
  readonly address: string
}

/** The portal sessions that are neither ended nor expired. */
export class PortalSessions {
  readonly #records: TokenRecords<PortalSessionRecord>
  readonly #now: () => number
  /** By session: in memory, so that after a restart the person is asked again. */
  readonly #verifiedAt = new Map<string, number>()
  readonly #listeners = new Set<(id: string) => void>()

  constructor(store: Store, now: () => number) {
    this.#records = new TokenRecords(store, 'portal-sessions')
    this.#now = now
  }

  async load(): Promise<void> {
    await this.#records.load()
    await this.#sweep()
  }

  async begin(userId: string, from: { address: string; agent: string }): Promise<{ token: string; session: PortalSession }> {
    await this.#sweep()
    await this.#makeRoom(userId)
    const now = this.#now()
    const token = createToken()
    const id = randomUUID()
    const value: PortalSessionRecord = {
      userId,
      tokenHash: hashToken(token),
      createdAt: now,
      lastUsedAt: now,
      agent: shorten(from.agent),
      address: shorten(from.address),
    }
    await this.#records.add(id, value)
    return { token, session: this.#whole(id, value) }
  }

  /** The session of this token, used now. */
  use(token: string): PortalSession | undefined {
    const kept = isToken(token) ? this.#records.byToken(token) : undefined
    if (kept === undefined || this.#isOver(kept)) return undefined
    this.#records.touch(kept, this.#now())
    return this.#whole(kept.id, kept.value)
  }

  /**
   * Its person has just proved again who he is: the session goes on under another token, which is given back, so that one that was stolen
   * before is not fresh with him (OWASP ASVS 7.2.4). `unauthenticated`: it is over.
   */
  async renew(id: string): Promise<string> {
    const token = createToken()
    if (!this.isLive(id) || !(await this.#records.replaceToken(id, hashToken(token)))) throw new RelayError('unauthenticated')
    this.#verifiedAt.set(id, this.#now())
    return token
  }

  /** Ends all of a user's, but this one where it is given. */
  async endOthers(userId: string, id?: string): Promise<void> {
    const others = this.#of(userId).filter((one) => one.id !== id)
    await Promise.all(others.map((one) => this.end(one.id)))
  }

  async list(userId: string): Promise<ListedPortalSession[]> {
    await this.#sweep()
    return this.#of(userId)
      .map(({ id, value }) => listed(id, value))
      .reverse()
  }

  /** Whose the session is, used now. */
  useById(id: string): string | undefined {
    const kept = this.#records.byId(id)
    if (kept === undefined || this.#isOver(kept)) return undefined
    this.#records.touch(kept, this.#now())
    return kept.value.userId
  }

  /** Of one that was ended and is still listed, too. */
  ownerOf(id: string): string | undefined {
    return this.#records.evenVoid(id)?.value.userId
  }

  isLive(id: string): boolean {
    const kept = this.#records.byId(id)
    return kept !== undefined && !this.#isOver(kept)
  }

  /** Without effect from this moment; resolves when that is durable. Once more where the disk refused that. */
  async end(id: string): Promise<boolean> {
    if (this.#records.evenVoid(id) === undefined) return false
    this.#verifiedAt.delete(id)
    const ended = this.#records.remove(id)
    for (const listener of this.#listeners) listener(id)
    return ended
  }

  onEnded(listener: (id: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  settle(): Promise<void> {
    return this.#records.settle()
  }

  #whole(id: string, value: PortalSessionRecord): PortalSession {
    return { ...listed(id, value), csrf: csrfOf(id), verifiedAt: this.#verifiedAt.get(id) ?? value.createdAt }
  }

  /** Oldest first. */
  #of(userId: string): Kept<PortalSessionRecord>[] {
    return this.#records
      .all()
      .filter(({ value }) => value.userId === userId)
      .sort((a, b) => a.value.createdAt - b.value.createdAt)
  }

  #isOver({ id, value }: Kept<PortalSessionRecord>): boolean {
    return listed(id, value).expiresAt <= this.#now()
  }

  async #sweep(): Promise<void> {
    const over = this.#records.all().filter((kept) => this.#isOver(kept))
    await Promise.all(over.map(({ id }) => this.end(id)))
  }

  async #makeRoom(userId: string): Promise<void> {
    const tooMany = this.#of(userId).slice(0, -(mostPerUser - 1))
    await Promise.all(tooMany.map(({ id }) => this.end(id)))
  }
}

function listed(id: string, { userId, createdAt, lastUsedAt, agent, address }: PortalSessionRecord): ListedPortalSession {
  return { id, userId, createdAt, lastUsedAt, expiresAt: Math.min(createdAt + absoluteLife, lastUsedAt + idleLife), agent, address }
}

/** Of this process: forms that were shown before a restart are stale. It needs no place in the store, and whoever has a list of sessions has none of it. */
const csrfKey = randomBytes(32)

/** The anti-CSRF value follows from the session, not from its token: forms that lie open in other windows stay good when the session is renewed. */
function csrfOf(id: string): string {
  return createHmac('sha256', csrfKey).update(id).digest('base64url')
}

/** Cut to 200 characters, never through one. */
function shorten(text: string): string {
  return [...text.slice(0, 400).toWellFormed()].slice(0, 200).join('')
}
