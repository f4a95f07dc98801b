import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Accounts } from '../../accounts/index.ts'
import { type Audit, type AuditRecord, presentActor } from '../../audit/index.ts'
import { RelayError } from '../../errors.ts'
import type { Identity } from '../../identity/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Notice, Notices, Telling } from './contract.ts'
import { tellingOf } from './from-record.ts'
import { NoticeRecords } from './notice-records.ts'
import { isSummed } from './notice-words.ts'
import { SeenBrowsers } from './seen-browsers.ts'

export interface NoticesOptions {
  readonly store: Store
  readonly audit: Pick<Audit, 'onRecorded' | 'newest' | 'fingerprint'>
  readonly accounts: Pick<Accounts, 'account'>
  readonly identity: Pick<Identity, 'listDevices'>
  readonly now?: () => number
  readonly log: Logger
}

/** Tries of one kind within so long are one notice. Milliseconds. */
const summedFor = 3_600_000
const mostListed = 200

export function createNotices(options: NoticesOptions): Notices {
  return new RelayNotices(options)
}

class RelayNotices implements Notices {
  readonly #audit: NoticesOptions['audit']
  readonly #accounts: NoticesOptions['accounts']
  readonly #identity: NoticesOptions['identity']
  readonly #now: () => number
  readonly #log: Logger
  readonly #records: NoticeRecords
  readonly #seen: SeenBrowsers
  /** The number of the last record that was looked at. */
  readonly #cursor: Collection<number>
  readonly #listeners = new Set<(notice: Notice) => void>()
  #looked = 0
  /** One after the other: what is summed is counted once. */
  #turn: Promise<unknown> = Promise.resolve()
  #stopListening = (): void => {}

  constructor({ store, audit, accounts, identity, now = Date.now, log }: NoticesOptions) {
    this.#audit = audit
    this.#accounts = accounts
    this.#identity = identity
    this.#now = now
    this.#log = log
    this.#records = new NoticeRecords(store)
    this.#seen = new SeenBrowsers(store, (value) => audit.fingerprint(value))
    this.#cursor = store.collection<number>({ name: 'notice-cursor' })
  }

  async start(): Promise<void> {
    await this.#records.load(this.#now())
    this.#stopListening = this.#audit.onRecorded((record) => void this.#inTurn(() => this.#look(record)))
    await this.#inTurn(() => this.#catchUp())
  }

  async stop(): Promise<void> {
    this.#stopListening()
    await this.#inTurn(() => this.#keepPlace())
  }

  tell({ at = this.#now(), ...telling }: Telling): Promise<void> {
    const actor = presentActor()
    const present = actor === undefined ? {} : { by: actor.who, ...(actor.from === undefined ? {} : { from: actor.from }) }
    return this.#inTurn(() => this.#add({ ...present, ...telling, id: randomUUID(), at }))
  }

  list(owner: string, { limit = mostListed, before, unread = false }: { limit?: number; before?: string; unread?: boolean } = {}): Notice[] {
    const all = this.#records.list(owner)
    const from = before === undefined ? 0 : all.findIndex(({ id }) => id === before) + 1
    return all
      .slice(from)
      .filter(({ readAt }) => !unread || readAt === undefined)
      .slice(0, limit)
  }

  find(owner: string, id: string): Notice | undefined {
    return this.#records.find(owner, id)
  }

  unread(owner: string): number {
    return this.#records.list(owner).reduce((count, { readAt }) => (readAt === undefined ? count + 1 : count), 0)
  }

  async markRead(owner: string, ids?: readonly string[]): Promise<number> {
    const unread = this.#records.list(owner).filter(({ id, readAt }) => readAt === undefined && (ids === undefined || ids.includes(id)))
    await Promise.all(unread.map((notice) => this.#records.replace({ ...notice, readAt: this.#now() })))
    return unread.length
  }

  async disown(owner: string, id: string): Promise<void> {
    const notice = this.#records.find(owner, id)
    if (notice === undefined) throw new RelayError('not_found', { params: { what: 'such notice' } })
    const now = this.#now()
    await this.#records.replace({ ...notice, readAt: notice.readAt ?? now, disownedAt: now })
  }

  onTold(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What was recorded while nobody listened, oldest first: a killed relay loses no notice of what it had recorded. */
  async #catchUp(): Promise<void> {
    const kept = (await this.#cursor.get('record'))?.value
    const missed: AuditRecord[] = []
    for await (const record of this.#audit.newest()) {
      if (kept === undefined) {
        // A relay from before there were notices: what it recorded then is not told any more.
        this.#looked = record.n
        break
      }
      if (record.n <= kept) break
      missed.push(record)
    }
    this.#looked = Math.max(this.#looked, kept ?? 0)
    for (const record of missed.reverse()) await this.#look(record)
    await this.#keepPlace()
  }

  async #look(record: AuditRecord): Promise<void> {
    if (record.n <= this.#looked) return
    this.#looked = record.n
    const { at = this.#now(), ...telling } = tellingOf(record) ?? {}
    // The id is the record's: what is looked at twice is told once, and those of one moment stay in order.
    if ('owner' in telling) await this.#add({ ...telling, id: `${String(record.n).padStart(9, '0')}-${at.toString(36)}`, at })
  }

  async #add(notice: Notice): Promise<void> {
    const sum = isSummed(notice.kind) ? this.#summedWith(notice) : undefined
    if (sum !== undefined) {
      const counted: Notice = { ...sum, count: (sum.count ?? 1) + 1, lastAt: notice.at, ...(notice.from === undefined ? {} : { from: notice.from }) }
      await Promise.all([this.#records.replace(counted), this.#keepPlace()])
      return this.#told(counted)
    }
    if (this.#records.find(notice.owner, notice.id) !== undefined) return
    const whole: Notice = { ...notice, ...(await this.#namesOf(notice)), ...(await this.#novelty(notice)) }
    await Promise.all([this.#records.add(whole, this.#now()), this.#keepPlace()])
    this.#told(whole)
  }

  /** An earlier one that this one adds to: not yet read, so that what comes after is seen. */
  #summedWith({ owner, kind, device, at }: Notice): Notice | undefined {
    return this.#records
      .list(owner)
      .find((one) => one.kind === kind && one.device === device && one.readAt === undefined && at - one.at < summedFor && at >= one.at)
  }

  async #namesOf({ owner, account, device, deviceName }: Notice): Promise<Pick<Notice, 'accountName' | 'deviceName'>> {
    const accountName = account === undefined ? undefined : this.#accounts.account(account)?.name
    const found =
      device === undefined || deviceName !== undefined ? deviceName : (await this.#identity.listDevices(owner)).find(({ id }) => id === device)?.name
    return { ...(accountName === undefined ? {} : { accountName }), ...(found === undefined ? {} : { deviceName: found }) }
  }

  async #novelty({ owner, kind, from }: Notice): Promise<{ isNew?: true }> {
    if ((kind !== 'portal-sign-in' && kind !== 'recovery-code-used') || from === undefined) return {}
    return (await this.#seen.isNew(owner, from)) ? { isNew: true } : {}
  }

  async #keepPlace(): Promise<void> {
    await this.#cursor.put('record', this.#looked)
  }

  #told(notice: Notice): void {
    for (const listener of this.#listeners) listener(notice)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work).catch((error: unknown) => this.#log.error({ err: error }, 'a notice could not be stored'))
    this.#turn = done
    return done
  }
}
