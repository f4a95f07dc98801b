import type { Logger } from 'pino'
import { RelayError } from '../../../errors.ts'
import type { Mailer, Outbound } from '../../../outbound/index.ts'
import type { Store } from '../../../store/index.ts'
import type { Notice } from '../contract.ts'
import { groupOf, isSummed } from '../notice-words.ts'
import type { Browsers } from '../push/browsers.ts'
import { PushEnded, PushRefused, sendPush } from '../push/send-push.ts'
import type { ServerKey } from '../push/server-key.ts'
import { reachOf } from './check-address.ts'
import { mailText } from './mail-text.ts'
import { keyOf, type Place, type PlaceName, Places } from './places.ts'
import type { Preferences } from './preferences.ts'
import { sendWebhook } from './send-webhook.ts'

type Where = Pick<PlaceName, 'channel' | 'to'>

export interface DeliveriesOptions {
  readonly store: Store
  readonly preferences: Preferences
  readonly notice: (owner: string, id: string) => Notice | undefined
  readonly outbound: Pick<Outbound, 'forward'>
  /** Undefined: no mail server is configured. */
  readonly mailer: Mailer | undefined
  readonly webhooks: 'off' | 'public' | 'private'
  /** Whether notices go to browsers. */
  readonly pushes: () => boolean
  readonly browsers: Browsers
  readonly serverKey: ServerKey
  /** A browser has ended what it subscribed to: it is to be forgotten. */
  readonly onPushEnded: (owner: string, browser: string) => Promise<void>
  readonly portalUrl: () => string
  readonly now: () => number
  readonly log: Logger
  /** How long a place is left alone after each failure in turn, milliseconds; the last one again after more. */
  readonly pauses?: readonly number[]
  /** What would not be tried again within so long of being told is given up. Milliseconds. */
  readonly keptFor?: number
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
/** From one test of a browser to the next, milliseconds: nobody is to fill it, or to try out addresses by it. */
const testPause = 10_000
const threeDays = 3 * 24 * 60 * minute
const longestSleep = 60 * minute
const patience = 30_000

/**
 * Notices on their way out of the relay. What is to be delivered is stored with the notice, tried again with growing pauses, and taken up
 * anew after a restart. Nobody waits for it.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #pauses: readonly number[]
  readonly #keptFor: number
  readonly #places: Places
  /** One at a time for each webhook and browser, one test of a browser, and one mail at a time for each person, whatever its address: the next one waits for its minute. */
  readonly #busy = new Map<string, { readonly owner: string; readonly done: Promise<void> }>()
  readonly #lastMail = new Map<string, number>()
  /** Tests of the last seconds, by place. */
  readonly #lastTest = new Map<string, number>()
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #isRunning = false

  constructor(options: DeliveriesOptions) {
    this.#options = options
    this.#pauses = options.pauses ?? defaultPauses
    this.#keptFor = options.keptFor ?? threeDays
    this.#places = new Places(options.store)
  }

  /** What failed before is tried at once: whoever restarts a relay may have mended what was wrong. */
  async start(): Promise<void> {
    const { notice, now } = this.#options
    await this.#places.load(({ owner, noticeId }) => notice(owner, noticeId) !== undefined, now())
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
  async enqueue({ owner, id: noticeId, kind }: Notice, except: readonly Where[] = []): Promise<void> {
    const isNew = (place: Where) => !except.some(({ channel, to }) => channel === place.channel && to === place.to)
    const addedAt = this.#options.now()
    const dueAt = addedAt + (isSummed(kind) ? summedPause : 0)
    const places = this.placesFor({ owner, kind }).filter(isNew)
    await Promise.all(places.map((place) => this.#places.add({ owner, ...place, noticeId, kind, addedAt, dueAt })))
    if (places.length > 0) this.#wake()
  }

  /** Notices that were let go: nothing of them is delivered any more. */
  forget(owner: string, notices: readonly Notice[]): Promise<void> {
    return this.#places.forget(owner, notices)
  }

  /** Where a notice of this kind goes as its owner has chosen by now. */
  placesFor({ owner, kind }: Pick<Notice, 'owner' | 'kind'>): Where[] {
    const { preferences, browsers, mailer, webhooks, pushes } = this.#options
    const { mail, webhook } = preferences.of(owner)
    const places: Where[] = []
    if (mail !== undefined && mailer !== undefined && isWanted(kind, mail.groups)) places.push({ channel: 'mail', to: mail.address })
    if (webhook !== undefined && webhooks !== 'off' && isWanted(kind, webhook.groups)) places.push({ channel: 'webhook', to: webhook.url })
    if (pushes()) for (const { id, groups } of browsers.of(owner)) if (isWanted(kind, groups)) places.push({ channel: 'push', to: id })
    return places
  }

  #wake(): void {
    if (!this.#isRunning) return
    clearTimeout(this.#timer)
    const now = this.#options.now()
    let next = now + longestSleep
    for (const place of this.#places.all()) {
      const turn = place.channel === 'mail' ? `mail ${place.owner}` : place.key
      if (place.waiting.size === 0 || this.#busy.has(turn)) continue
      const leftAlone = Math.max(place.standing?.retryAt ?? 0, place.channel === 'mail' ? (this.#lastMail.get(place.owner) ?? 0) + mailPause : 0)
      const dueAt = leftAlone > now ? leftAlone : earliest(place)
      if (dueAt > now) next = Math.min(next, dueAt)
      else if (this.#hasRoom(place.owner)) this.#begin(turn, place)
    }
    this.#timer = setTimeout(() => this.#wake(), next - now).unref()
  }

  #hasRoom(owner: string): boolean {
    if (this.#busy.size >= mostAtOnce) return false
    return [...this.#busy.values()].filter((one) => one.owner === owner).length < mostOfPerson
  }

  #begin(turn: string, place: Place): void {
    const done = this.#deliver(place)
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'what became of a delivery could not be stored'))
      .finally(() => {
        this.#busy.delete(turn)
        this.#wake()
      })
    this.#busy.set(turn, { owner: place.owner, done })
  }

  /** All that is due for one place: mail in one, webhooks one after the other until one fails. */
  async #deliver(place: Place): Promise<void> {
    const now = this.#options.now()
    const due = [...place.waiting].filter(([, one]) => one.dueAt <= now)
    const batches = place.channel === 'mail' ? [due] : due.map((entry) => [entry])
    for (const batch of batches) {
      if (this.#stopping.signal.aborted) return
      // Let go meanwhile, for there were too many.
      const ids = batch.map(([id]) => id).filter((id) => place.waiting.has(id))
      const notices = batch.flatMap(([id, { owner, noticeId }]) => (place.waiting.has(id) ? (this.#options.notice(owner, noticeId) ?? []) : []))
      try {
        if (notices.length > 0) await this.#send(place, notices)
      } catch (error) {
        if (!this.#stopping.signal.aborted) await this.#failed(place, error)
        return
      }
      await Promise.all([this.#places.drop(place, ids), notices.length > 0 && this.#places.release(place)])
    }
  }

  async #send({ owner, channel, to }: PlaceName, notices: readonly Notice[]): Promise<void> {
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
    if (channel === 'push') return void (await this.#push(notice, to, signal))
    const secret = await preferences.webhookSecret(owner)
    // Taken back meanwhile: there is nothing to sign with.
    if (secret === undefined || preferences.of(owner).webhook?.url !== to) return
    if (webhooks === 'off') throw new Error('webhooks are switched off')
    await sendWebhook(outbound, notice, { owner, url: to, secret, reach: reachOf(webhooks) }, now(), signal)
  }

  /**
   * One notice to one browser at once, `tell` makes it. False: the browser is not there, or has ended it, and is forgotten. Rejects where it was not
   * taken. `too_many_tries`: there is or was one a moment ago, much else is under way, or its service has asked for time.
   */
  async test(owner: string, browser: string, tell: () => Promise<Notice>): Promise<boolean> {
    const place: PlaceName = { owner, channel: 'push', to: browser }
    const key = keyOf(place)
    const turn = `test ${key}`
    const now = this.#options.now()
    for (const [one, at] of this.#lastTest) if (at + testPause <= now) this.#lastTest.delete(one)
    const isFree = !this.#busy.has(turn) && this.#hasRoom(owner)
    const last = this.#lastTest.get(key) ?? (isFree ? -testPause : now)
    const until = Math.max(last + testPause, this.#places.notBefore(place))
    if (until > now) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil((until - now) / 1000) } })
    this.#lastTest.set(key, now)
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(patience)])
    const done = tell().then((notice) => this.#push(notice, browser, signal))
    this.#busy.set(turn, { owner, done: done.then(noted, noted) })
    try {
      return await done
    } catch (error) {
      if (askedFor(error) > 0) await this.#leaveAlone(place, this.#options.now() + askedFor(error))
      throw error
    } finally {
      this.#busy.delete(turn)
      this.#wake()
    }
  }

  /** False: the browser is not there, or has ended it, and is forgotten. Rejects where it was not taken. */
  async #push(notice: Notice, browser: string, signal: AbortSignal): Promise<boolean> {
    const { outbound, browsers, serverKey: key, webhooks, pushes, portalUrl, now, onPushEnded } = this.#options
    if (!pushes()) throw new Error('Web Push is switched off')
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

  /** All that waits there waits longer; what is then too old is given up. */
  async #failed(place: Place, error: unknown): Promise<void> {
    const { log, now } = this.#options
    const at = now()
    const { owner, channel, waiting, standing } = place
    const tries = (standing?.tries ?? 0) + 1
    const pause = this.#pauses[Math.min(tries, this.#pauses.length) - 1] ?? 0
    const notBefore = Math.max(standing?.notBefore ?? 0, at + askedFor(error))
    const retryAt = Math.max(at + pause, notBefore)
    const tooOld = [...waiting].filter(([, { addedAt }]) => addedAt + this.#keptFor < retryAt).map(([id]) => id)
    await this.#places.drop(place, tooOld)
    await this.#places.hold(place, { tries: waiting.size === 0 ? 0 : tries, retryAt, notBefore }, at)
    const facts = { owner, channel, tries, reason: (error as Error).message }
    if (tooOld.length > 0) log.warn({ ...facts, notices: tooOld.length }, 'notices could not be delivered and were given up; they are at the portal')
    if (waiting.size > 0) log.info({ ...facts, notices: waiting.size }, 'notices could not be delivered; they are tried again')
  }

  async #leaveAlone(place: PlaceName, notBefore: number): Promise<void> {
    await this.#places.hold(place, { tries: 0, retryAt: notBefore, notBefore }, this.#options.now())
  }
}

function earliest({ waiting }: Place): number {
  let first = Number.POSITIVE_INFINITY
  for (const { dueAt } of waiting.values()) first = Math.min(first, dueAt)
  return first
}

/** How long a push service asks to be left alone. Milliseconds; 0: it does not. */
function askedFor(error: unknown): number {
  return error instanceof PushRefused ? error.retryAfter : 0
}

function noted(): void {}

/** Where they go is told in any case: who changes it must not go unseen. A test goes where it was asked for, and by no queue. */
function isWanted(kind: Notice['kind'], groups: readonly string[]): boolean {
  return kind === 'delivery-changed' || (kind !== 'delivery-test' && groups.includes(groupOf(kind)))
}
