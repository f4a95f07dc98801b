import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Accounts } from '../../accounts/index.ts'
import { type Audit, type AuditRecord, presentActor } from '../../audit/index.ts'
import { RelayError } from '../../errors.ts'
import type { Identity } from '../../identity/index.ts'
import type { Outbound } from '../../outbound/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Vault } from '../../vault/index.ts'
import type { DeliveryChoice, NewBrowser, Notice, NoticeBrowser, Notices, PushAddress, Telling } from './contract.ts'
import { checkAddress } from './delivery/check-address.ts'
import { Deliveries, type DeliveriesOptions } from './delivery/deliveries.ts'
import { MailConfirmations } from './delivery/mail-confirmations.ts'
import { confirmationText } from './delivery/mail-text.ts'
import { Pace } from './delivery/pace.ts'
import { Preferences } from './delivery/preferences.ts'
import { tellingOf } from './from-record.ts'
import { NoticeRecords } from './notice-records.ts'
import { isSummed } from './notice-words.ts'
import { Browsers } from './push/browsers.ts'
import { PushEnded, PushRefused } from './push/send-push.ts'
import { ServerKey } from './push/server-key.ts'
import { SeenBrowsers } from './seen-browsers.ts'

export interface NoticesOptions {
  readonly store: Store
  readonly audit: Pick<Audit, 'onRecorded' | 'newest' | 'fingerprint' | 'record'>
  readonly accounts: Pick<Accounts, 'account'>
  readonly identity: Pick<Identity, 'listDevices'>
  readonly delivery: DeliveryOptions
  readonly now?: () => number
  readonly log: Logger
}

/** How notices leave the relay. */
export interface DeliveryOptions extends Pick<DeliveriesOptions, 'mailer' | 'webhooks' | 'portalUrl' | 'pauses' | 'keptFor'> {
  readonly webPush: 'off' | 'on'
  readonly vault: Pick<Vault, 'seal' | 'open'>
  readonly outbound: Pick<Outbound, 'forward' | 'networksOf'>
  /** Whether this relay sends them: one that a command starts for itself leaves that to the one that serves. */
  readonly sends: boolean
}

/** Tries of one kind within so long are one notice. Milliseconds. */
const summedFor = 3_600_000
const mostListed = 200
/** Of a person's browsers. */
const renewals = { pause: 10_000, mostADay: 20 }
/** For the mail server to take a code. Milliseconds. */
const codePatience = 20_000

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
  readonly #preferences: Preferences
  readonly #confirmations: MailConfirmations
  readonly #browsers: Browsers
  readonly #renewals: Pace
  readonly #serverKey: ServerKey
  readonly #deliveries: Deliveries
  readonly #delivery: DeliveryOptions
  readonly #listeners = new Set<(notice: Notice) => void>()
  #looked = 0
  /** False: the push key is damaged. */
  #hasKey = true
  /** One after the other: what is summed is counted once. */
  #turn: Promise<unknown> = Promise.resolve()
  #stopListening = (): void => {}
  /** What cannot be told keeps nothing else from being told. */
  readonly #lost = (error: unknown): void => this.#log.error({ err: error }, 'a notice could not be stored')

  constructor({ store, audit, accounts, identity, delivery, now = Date.now, log }: NoticesOptions) {
    this.#audit = audit
    this.#accounts = accounts
    this.#identity = identity
    this.#now = now
    this.#log = log
    this.#records = new NoticeRecords(store, (owner, notices) => this.#deliveries.forget(owner, notices))
    this.#seen = new SeenBrowsers(store, (value) => audit.fingerprint(value))
    this.#cursor = store.collection<number>({ name: 'notice-cursor' })
    this.#delivery = delivery
    this.#preferences = new Preferences(store, delivery.vault)
    this.#confirmations = new MailConfirmations(now)
    this.#browsers = new Browsers(store, delivery.vault)
    this.#renewals = new Pace({ ...renewals, now })
    this.#serverKey = new ServerKey(store, delivery.vault)
    this.#deliveries = new Deliveries({
      ...delivery,
      store,
      preferences: this.#preferences,
      browsers: this.#browsers,
      serverKey: this.#serverKey,
      pushes: () => delivery.webPush === 'on' && this.#hasKey,
      onPushEnded: (owner, browser) => this.#forget(owner, browser),
      notice: (owner, id) => this.find(owner, id),
      now,
      log,
    })
  }

  async start(): Promise<void> {
    await this.#records.load(this.#now())
    await this.#preferences.load()
    await this.#browsers.load()
    if (this.#delivery.webPush === 'on' && this.#delivery.sends) await this.#loadPushKey()
    this.#stopListening = this.#audit.onRecorded((record) => void this.#inTurn(() => this.#look(record)))
    await this.#inTurn(() => this.#catchUp())
    if (this.#delivery.sends) await this.#deliveries.start()
  }

  /** Without it no browser is sent anything; all else goes on. */
  async #loadPushKey(): Promise<void> {
    await this.#serverKey.load().catch((error: unknown) => {
      this.#hasKey = false
      this.#log.error({ err: error }, 'the push key cannot be read: no notice goes to browsers until the data directory is restored from a backup')
    })
  }

  async stop(): Promise<void> {
    this.#stopListening()
    await this.#deliveries.stop()
    await this.#inTurn(() => this.#keepPlace())
  }

  tell({ at = this.#now(), ...telling }: Telling, id: string = randomUUID()): Promise<void> {
    const present = actorsPart(telling)
    return this.#inTurn(() => this.#add({ ...present, ...telling, id, at }))
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

  delivery(owner: string): DeliveryChoice {
    const { mail, webhook } = this.#preferences.of(owner)
    const can = { mail: this.#delivery.mailer !== undefined, webhook: this.#delivery.webhooks !== 'off', push: this.#pushes }
    const browsers = this.#browsers.of(owner)
    const waiting = this.#confirmations.of(owner)
    const asked = waiting && { ...waiting.mail, expiresAt: waiting.expiresAt }
    return { mail, asked, webhook: webhook && { url: webhook.url, groups: webhook.groups }, browsers, can, pushKey: this.#serverKey.public }
  }

  async setMail(owner: string, mail: DeliveryChoice['mail']): Promise<void> {
    if (mail !== undefined && mail.address !== this.#preferences.of(owner).mail?.address) return this.#askMail(owner, mail)
    if (mail !== undefined && this.#delivery.mailer === undefined) throw refuse('this relay sends no mail')
    this.#confirmations.forget(owner)
    await this.#change(owner, mail === undefined ? 'no more mail' : `mail to ${mail.address}`, () => this.#preferences.setMail(owner, mail))
  }

  async confirmMail(owner: string, code: string): Promise<void> {
    const mail = this.#confirmations.confirm(owner, code)
    await this.#change(owner, `mail to ${mail.address}`, () => this.#preferences.setMail(owner, mail))
  }

  /** Sent at once, and not tried again: the person waits for it, and asks for another. */
  async #askMail(owner: string, mail: NonNullable<DeliveryChoice['mail']>): Promise<void> {
    const { mailer, portalUrl } = this.#delivery
    if (mailer === undefined) throw refuse('this relay sends no mail')
    const code = this.#confirmations.ask(owner, mail)
    await this.tell({ owner, kind: 'delivery-changed', text: `mail to ${mail.address}, once a code that was sent there is typed` })
    await mailer(confirmationText(mail.address, code, portalUrl()), AbortSignal.timeout(codePatience)).catch((cause: unknown) => {
      this.#log.warn({ owner, reason: (cause as Error).message }, 'a code that confirms an address of mail could not be sent')
      this.#confirmations.forget(owner)
      throw new RelayError('mail_not_taken', { cause })
    })
  }

  async setWebhook(owner: string, webhook: DeliveryChoice['webhook']): Promise<string> {
    if (webhook !== undefined && this.#delivery.webhooks === 'off') throw refuse('this relay sends no webhooks')
    if (webhook !== undefined) await checkAddress(webhook.url, 'the address of a webhook', this.#delivery)
    const text = webhook === undefined ? 'no more webhooks' : `a webhook at ${new URL(webhook.url).host}`
    return this.#change(owner, text, () => this.#preferences.setWebhook(owner, webhook))
  }

  async addBrowser(owner: string, browser: NewBrowser): Promise<string> {
    if (!this.#pushes) throw refuse('this relay sends no notices to browsers')
    this.#browsers.check(owner, browser)
    await checkAddress(browser.endpoint, 'the address of a push service', this.#delivery)
    return this.#change(owner, `shown at ${browser.name}`, () => this.#browsers.put(owner, browser, this.#now()))
  }

  ownerOfBrowser(address: PushAddress): string | undefined {
    return this.#browsers.ofAddress(address)?.owner
  }

  beginRenewal(owner: string): void {
    this.#renewals.take(owner)
  }

  async renewBrowser(owner: string, before: PushAddress, after: PushAddress): Promise<string> {
    if (!this.#pushes) throw refuse('this relay sends no notices to browsers')
    const known = this.#browsers.ofAddress(before)
    if (known?.owner !== owner) throw new RelayError('not_found', { params: { what: 'such browser' } })
    this.#browsers.check(owner, after, known.id)
    await checkAddress(after.endpoint, 'the address of a push service', this.#delivery)
    const { endpoint, p256dh, auth } = after
    const { id, name, groups } = known
    return this.#change(owner, `shown at ${name}, whose push service reaches it at another address`, () =>
      this.#browsers.put(owner, { endpoint, p256dh, auth, name, groups }, this.#now(), id),
    )
  }

  async removeBrowser(owner: string, id: string): Promise<boolean> {
    const browser = this.#browsers.find(owner, id)
    if (browser === undefined) return false
    return this.#change(owner, `no more shown at ${browser.name}`, () => this.#browsers.remove(owner, id))
  }

  async testBrowser(owner: string, id: string): Promise<void> {
    const browser = this.#browsers.find(owner, id)
    if (browser === undefined) throw new RelayError('not_found', { params: { what: 'such browser' } })
    if (!this.#pushes) throw refuse('this relay sends no notices to browsers')
    const tell = async () => {
      const noticeId = randomUUID()
      await this.tell({ owner, kind: 'delivery-test', text: `asked for at the portal, for ${browser.name}` }, noticeId)
      const notice = this.find(owner, noticeId)
      if (notice === undefined) throw new RelayError('internal', { detail: 'the test notice was not stored' })
      return notice
    }
    const isThere = await this.#deliveries.test(owner, id, tell).catch((error: unknown) => {
      throw this.#notTaken(browser, error)
    })
    if (!isThere) throw this.#notTaken(browser, new PushEnded('the browser has ended it, and is off the list now'))
  }

  /** Where people may name addresses of the operator's own networks, what answers there is told to the log alone: nobody looks around in there by this. */
  #notTaken({ service: host }: NoticeBrowser, cause: unknown): unknown {
    if (cause instanceof RelayError && cause.code === 'too_many_tries') return cause
    const isTold = this.#delivery.webhooks !== 'private'
    const reason = whyNotTaken(cause) ?? (isTold ? undefined : (cause as Error).message)
    if (reason === undefined) return cause
    if (!isTold) this.#log.info({ host, reason }, 'a test notice was not taken')
    return new RelayError('notice_not_taken', { params: { host, reason: isTold ? reason : 'what it answered is in the log of the relay' }, cause })
  }

  /** The browser has ended it by itself: told, for that may be somebody who wants no notice to be seen. */
  async #forget(owner: string, id: string): Promise<void> {
    const browser = this.#browsers.find(owner, id)
    if (browser === undefined) return
    const { name, service: host } = browser
    await this.#audit.record({ act: 'notice.end-browser', outcome: 'done', who: { kind: 'relay' }, owner, details: { name, host } })
    if (!(await this.#browsers.remove(owner, id))) return
    await this.tell({ owner, kind: 'delivery-changed', by: { kind: 'relay' }, text: `no more shown at ${browser.name}, which has ended that` })
  }

  /** The place before is told, and the one after: whoever changes it in another's name is seen. */
  async #change<T>(owner: string, text: string, change: () => Promise<T>): Promise<T> {
    const id = randomUUID()
    const before = this.#deliveries.placesFor({ owner, kind: 'delivery-changed' })
    await this.tell({ owner, kind: 'delivery-changed', text }, id)
    const result = await change()
    const notice = this.find(owner, id)
    if (notice !== undefined) await this.#deliveries.enqueue(notice, before)
    return result
  }

  get #pushes(): boolean {
    return this.#delivery.webPush === 'on' && this.#delivery.sends && this.#hasKey
  }

  onTold(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What was recorded while nobody listened, oldest first: a killed relay loses no notice of what it had recorded. */
  async #catchUp(): Promise<void> {
    const kept = (await this.#cursor.get('record'))?.value
    const missed: AuditRecord[] = []
    let newest = 0
    for await (const record of this.#audit.newest()) {
      newest = Math.max(newest, record.n)
      // None kept: a relay from before there were notices. What it recorded then is not told any more.
      if (record.n <= (kept ?? record.n)) break
      if (tellingOf(record) !== undefined) missed.push(record)
    }
    this.#looked = Math.max(this.#looked, kept ?? 0)
    for (const record of missed.reverse()) await this.#look(record).catch(this.#lost)
    this.#looked = Math.max(this.#looked, newest)
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
    await Promise.all([this.#records.add(whole, this.#now()), this.#deliveries.enqueue(whole), this.#keepPlace()])
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
    const done = this.#turn.then(work).catch(this.#lost)
    this.#turn = done
    return done
  }
}

function refuse(problem: string): RelayError {
  return new RelayError('bad_request', { params: { problem } })
}

/** What went wrong on the way to a push service; undefined: it went wrong here. */
function whyNotTaken(error: unknown): string | undefined {
  if (error instanceof PushRefused || error instanceof PushEnded) return error.message
  if ((error as Error).name === 'TimeoutError') return 'it does not answer'
  return error instanceof RelayError && error.params.reason !== undefined ? String(error.params.reason) : undefined
}

/** What the present actor adds. Where he is, is told to who was asked or whose things were used; not to whom he answers or lends. */
function actorsPart({ owner, kind }: Pick<Telling, 'owner' | 'kind'>): Pick<Telling, 'by' | 'from' | 'portalSession'> {
  const { who, from } = presentActor() ?? {}
  if (who === undefined) return {}
  const isOwner = who.user === owner
  const isTold = isOwner || (kind !== 'access-answered' && kind !== 'grant-changed')
  return {
    by: who,
    ...(from === undefined || !isTold ? {} : { from }),
    ...(who.session === undefined || !isOwner ? {} : { portalSession: who.session }),
  }
}
