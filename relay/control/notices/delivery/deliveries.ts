import type { Logger } from 'pino'
import type { Mailer, Outbound } from '../../../outbound/index.ts'
import type { Collection, Store } from '../../../store/index.ts'
import type { Notice } from '../contract.ts'
import { groupOf, isSummed } from '../notice-words.ts'
import type { Browsers } from '../push/browsers.ts'
import { PushEnded, PushRefused, sendPush } from '../push/send-push.ts'
import type { ServerKey } from '../push/server-key.ts'
import { reachOf } from './check-address.ts'
import { mailText } from './mail-text.ts'
import type { Preferences } from './preferences.ts'
import { sendWebhook } from './send-webhook.ts'

type Channel = 'mail' | 'webhook' | 'push'

type Place = readonly [channel: Channel, to: string]

/** One notice on its way to one place. */
interface Delivery {
  readonly owner: string
  readonly noticeId: string
  readonly channel: Channel
  /** As it was when the notice was told: who has changed it meanwhile is told at the place before. Of a browser its id. */
  readonly to: string
  readonly tries: number
  readonly dueAt: number
  /** The place has asked to be left alone until then: a restart does not change that. */
  readonly notBefore?: number
}

export interface DeliveriesOptions {
  readonly store: Store
  readonly preferences: Preferences
  readonly notice: (owner: string, id: string) => Notice | undefined
  readonly outbound: Pick<Outbound, 'forward'>
  /** Undefined: no mail server is configured. */
  readonly mailer: Mailer | undefined
  readonly webhooks: 'off' | 'public' | 'private'
  readonly webPush: 'off' | 'on'
  readonly browsers: Browsers
  readonly serverKey: ServerKey
  /** A browser has ended what it subscribed to: it is to be forgotten. */
  readonly onPushEnded: (owner: string, browser: string) => Promise<void>
  readonly portalUrl: () => string
  readonly now: () => number
  readonly log: Logger
  /** How long it waits after each failure, milliseconds; after the last one it gives up. */
  readonly pauses?: readonly number[]
}

const minute = 60_000
const defaultPauses = [0.5, 2, 10, 60, 180, 360, 720, 1440, 1440].map((minutes) => minutes * minute)
/** What is summed is told when it has come to something. Milliseconds. */
const summedPause = 10 * minute
/** A person gets a mail a minute at most: what comes meanwhile shares the next one. */
const mailPause = minute
const mostAtOnce = 24
/** Places that do not answer keep their own person's notices waiting, and nobody else's. */
const mostOfPerson = 3
const longestSleep = 60 * minute
const patience = 30_000

/**
 * Notices on their way out of the relay. What is to be delivered is stored with the notice, tried again with growing pauses, and taken up
 * anew after a restart. Nobody waits for it.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #pauses: readonly number[]
  readonly #records: Collection<Delivery>
  readonly #waiting = new Map<string, Delivery>()
  /** One at a time for each webhook and browser, and one mail at a time for each person, whatever its address: the next one waits for its minute. */
  readonly #busy = new Map<string, { readonly owner: string; readonly done: Promise<void> }>()
  readonly #lastMail = new Map<string, number>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isRunning = false

  constructor(options: DeliveriesOptions) {
    this.#options = options
    this.#pauses = options.pauses ?? defaultPauses
    this.#records = options.store.collection<Delivery>({ name: 'notice-deliveries' })
  }

  /** What failed before is tried at once: whoever restarts a relay may have mended what was wrong. */
  async start(): Promise<void> {
    const now = this.#options.now()
    for (const { id, value } of await this.#records.list())
      this.#waiting.set(id, value.tries > 0 ? { ...value, dueAt: Math.max(now, value.notBefore ?? 0) } : value)
    this.#isRunning = true
    this.#wake()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    clearTimeout(this.#timer)
    this.#stopping.abort(new Error('the relay is being stopped'))
    await Promise.all([...this.#busy.values()].map(({ done }) => done))
  }

  /** Resolves when it is stored, together with what else is written in this turn. `except`: places that have it already. */
  async enqueue(notice: Notice, except: readonly Place[] = []): Promise<void> {
    const isNew = ([channel, to]: Place) => !except.some(([other, place]) => other === channel && place === to)
    const places = this.placesFor(notice).filter(isNew)
    await Promise.all(places.map((place) => this.#add(notice, place)))
  }

  /** Where a notice of this kind goes as its owner has chosen by now. */
  placesFor({ owner, kind }: Pick<Notice, 'owner' | 'kind'>): Place[] {
    const { preferences, browsers, mailer, webhooks, webPush } = this.#options
    const { mail, webhook } = preferences.of(owner)
    const places: Place[] = []
    if (mail !== undefined && mailer !== undefined && isWanted(kind, mail.groups)) places.push(['mail', mail.address])
    if (webhook !== undefined && webhooks !== 'off' && isWanted(kind, webhook.groups)) places.push(['webhook', webhook.url])
    if (webPush === 'on') places.push(...browsers.of(owner).flatMap(({ id, groups }): Place[] => (isWanted(kind, groups) ? [['push', id]] : [])))
    return places
  }

  async #add({ owner, id: noticeId, kind }: Notice, [channel, to]: Place): Promise<void> {
    const id = `${channel} ${noticeId} ${to}`
    if (this.#waiting.has(id)) return
    const delivery = { owner, noticeId, channel, to, tries: 0, dueAt: this.#options.now() + (isSummed(kind) ? summedPause : 0) }
    this.#waiting.set(id, delivery)
    this.#hold(keyOf(delivery))
    await this.#records.put(id, delivery)
    this.#wake()
  }

  #wake(): void {
    if (!this.#isRunning) return
    clearTimeout(this.#timer)
    const now = this.#options.now()
    let next = now + longestSleep
    for (const delivery of this.#waiting.values()) {
      const turn = delivery.channel === 'mail' ? `mail ${delivery.owner}` : keyOf(delivery)
      if (this.#busy.has(turn)) continue
      const dueAt = Math.max(delivery.dueAt, delivery.channel === 'mail' ? (this.#lastMail.get(delivery.owner) ?? 0) + mailPause : 0)
      if (dueAt > now) next = Math.min(next, dueAt)
      else if (this.#hasRoom(delivery)) this.#begin(turn, delivery)
    }
    this.#timer = setTimeout(() => this.#wake(), next - now).unref()
  }

  #hasRoom({ owner }: Delivery): boolean {
    if (this.#busy.size >= mostAtOnce) return false
    return [...this.#busy.values()].filter((one) => one.owner === owner).length < mostOfPerson
  }

  #begin(turn: string, delivery: Delivery): void {
    const done = this.#deliver(keyOf(delivery))
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'what became of a delivery could not be stored'))
      .finally(() => {
        this.#busy.delete(turn)
        this.#wake()
      })
    this.#busy.set(turn, { owner: delivery.owner, done })
  }

  /** All that is due for one place: mail in one, webhooks one after the other until one fails. */
  async #deliver(key: string): Promise<void> {
    const now = this.#options.now()
    const due = [...this.#waiting].filter(([, one]) => keyOf(one) === key && one.dueAt <= now)
    const known = due.map(([id, one]) => ({ id, one, notice: this.#options.notice(one.owner, one.noticeId) }))
    // Let go meanwhile, for there were too many.
    for (const { id, notice } of known) if (notice === undefined) await this.#drop(id)
    const there = known.filter((entry): entry is typeof entry & { notice: Notice } => entry.notice !== undefined)
    const batches = there[0]?.one.channel === 'mail' ? [there] : there.map((entry) => [entry])
    for (const batch of batches) {
      const [first] = batch
      if (first === undefined || this.#stopping.signal.aborted) return
      try {
        await this.#send(
          first.one,
          batch.map(({ notice }) => notice),
        )
        for (const { id } of batch) await this.#drop(id)
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        await this.#failed(batch, error)
        this.#hold(key)
        return
      }
    }
  }

  async #send({ owner, channel, to }: Delivery, notices: readonly Notice[]): Promise<void> {
    const { mailer, outbound, preferences, webhooks, portalUrl, now } = this.#options
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(patience)])
    if (channel === 'mail') {
      if (mailer === undefined) throw new Error('no mail server is configured')
      await mailer(mailText(to, notices, portalUrl()), signal)
      this.#lastMail.set(owner, now())
      return
    }
    const [notice] = notices
    if (notice === undefined) return
    if (channel === 'push') return void (await this.push(notice, to, signal))
    const secret = await preferences.webhookSecret(owner)
    // Taken back meanwhile: there is nothing to sign with.
    if (secret === undefined || preferences.of(owner).webhook?.url !== to) return
    if (webhooks === 'off') throw new Error('webhooks are switched off')
    await sendWebhook(outbound, notice, { owner, url: to, secret, reach: reachOf(webhooks) }, now(), signal)
  }

  /** One notice to one browser. False: the browser is not there, or has ended it, and is forgotten. Rejects where it was not taken. */
  async push(notice: Notice, browser: string, signal: AbortSignal = AbortSignal.timeout(patience)): Promise<boolean> {
    const { outbound, browsers, serverKey: key, webhooks, webPush, portalUrl, now, onPushEnded } = this.#options
    if (webPush === 'off') throw new Error('Web Push is switched off')
    const subscription = await browsers.open(notice.owner, browser)
    if (subscription === undefined) return false
    // RFC 8292 section 2.1 knows https and mailto alone.
    const sender = { key, contact: `https://${new URL(portalUrl()).host}` }
    try {
      await sendPush(outbound, notice, { ...subscription, reach: reachOf(webhooks) }, sender, now(), signal)
      return true
    } catch (error) {
      if (!(error instanceof PushEnded)) throw error
      await onPushEnded(notice.owner, browser)
      return false
    }
  }

  async #failed(batch: readonly { readonly id: string; readonly one: Delivery }[], error: unknown): Promise<void> {
    const { log, now } = this.#options
    for (const { id, one } of batch) {
      const pause = this.#pauses[one.tries]
      const facts = { owner: one.owner, channel: one.channel, notice: one.noticeId, tries: one.tries + 1, reason: (error as Error).message }
      if (pause === undefined) {
        log.warn(facts, 'a notice could not be delivered and was given up; it is at the portal')
        await this.#drop(id)
        continue
      }
      log.info(facts, 'a notice could not be delivered; it is tried again')
      const asked = error instanceof PushRefused ? error.retryAfter : 0
      const dueAt = now() + Math.max(pause, asked)
      const next = { ...one, tries: one.tries + 1, dueAt, ...(asked > 0 ? { notBefore: now() + asked } : {}) }
      this.#waiting.set(id, next)
      await this.#records.put(id, next)
    }
  }

  /** What waits for a place that has just failed is not tried before what failed there: it may be down. */
  #hold(key: string): void {
    const same = [...this.#waiting].filter(([, one]) => keyOf(one) === key)
    const retryAt = Math.max(...same.map(([, { tries, dueAt }]) => (tries > 0 ? dueAt : 0)))
    for (const [id, one] of same) if (one.dueAt < retryAt) this.#waiting.set(id, { ...one, dueAt: retryAt })
  }

  async #drop(id: string): Promise<void> {
    this.#waiting.delete(id)
    await this.#records.delete(id)
  }
}

function keyOf({ owner, channel, to }: Delivery): string {
  return `${channel} ${owner} ${to}`
}

/** Where they go is told in any case: who changes it must not go unseen. A test goes where it was asked for, and by no queue. */
function isWanted(kind: Notice['kind'], groups: readonly string[]): boolean {
  return kind === 'delivery-changed' || (kind !== 'delivery-test' && groups.includes(groupOf(kind)))
}
