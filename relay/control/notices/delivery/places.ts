import type { Collection, Store } from '../../../store/index.ts'
import type { Notice, NoticeKind } from '../contract.ts'

/** `to`: an address, or of a browser its id. */
export interface PlaceName {
  readonly owner: string
  readonly channel: 'mail' | 'webhook' | 'push'
  readonly to: string
}

/** One notice on its way to one place: as it was when the notice was told. Who has changed it meanwhile is told at the place before. */
export interface Delivery extends PlaceName {
  readonly noticeId: string
  readonly kind: NoticeKind
  readonly addedAt: number
  readonly dueAt: number
}

/** How it stands with a place that has failed, or wants to be left alone. */
interface Standing extends PlaceName {
  /** Failures one after the other. */
  readonly tries: number
  readonly retryAt: number
  /** It has asked to be left alone until then: a restart does not change that. */
  readonly notBefore: number
}

export interface Place extends PlaceName {
  readonly key: string
  /** By id, oldest first. */
  readonly waiting: Map<string, Delivery>
  standing?: Pick<Standing, 'tries' | 'retryAt' | 'notBefore'>
}

/** For each kind alone: what another can bring about again and again pushes out nothing else. */
const mostOfKind = 50

/** Where notices go and what waits there: in memory by place, and in the store to last. */
export class Places {
  readonly #deliveries: Collection<Delivery>
  readonly #standings: Collection<Standing>
  readonly #byKey = new Map<string, Place>()

  constructor(store: Store) {
    this.#deliveries = store.collection<Delivery>({ name: 'notice-deliveries' })
    this.#standings = store.collection<Standing>({ name: 'notice-places' })
  }

  /** What waits of notices that are still there. What failed is due at once, but for places that have asked for time. */
  async load(isThere: (delivery: Delivery) => boolean, now: number): Promise<void> {
    const stored = await this.#deliveries.list()
    // `addedAt` is missing from those of a relay that did not write it yet.
    const aged = stored.map(({ id, value }) => ({ id, value: { ...value, addedAt: value.addedAt ?? now } })).sort((a, b) => a.value.addedAt - b.value.addedAt)
    for (const { id, value } of aged) {
      if (isThere(value)) this.#of(value).waiting.set(id, value)
      else await this.#deliveries.delete(id)
    }
    for (const { value } of await this.#standings.list()) {
      const { tries, notBefore } = value
      this.#of(value).standing = { tries, notBefore, retryAt: notBefore }
    }
    await this.#tidy(now)
  }

  all(): Iterable<Place> {
    return this.#byKey.values()
  }

  /** Until when this place has asked to be left alone; 0: it has not. */
  notBefore(name: PlaceName): number {
    return this.#byKey.get(keyOf(name))?.standing?.notBefore ?? 0
  }

  /** Resolves when it is stored; the oldest of its kind goes where too many wait. */
  async add(delivery: Delivery): Promise<void> {
    const place = this.#of(delivery)
    const id = idOf(delivery, delivery.noticeId)
    if (place.waiting.has(id)) return
    place.waiting.set(id, delivery)
    const ofKind = [...place.waiting].filter(([, { kind }]) => kind === delivery.kind).map(([id]) => id)
    await Promise.all([this.#deliveries.put(id, delivery), this.drop(place, ofKind.slice(0, -mostOfKind))])
  }

  async drop({ waiting }: Place, ids: readonly string[]): Promise<void> {
    for (const id of ids) waiting.delete(id)
    await Promise.all(ids.map((id) => this.#deliveries.delete(id)))
  }

  /** Their notices were let go. */
  async forget(owner: string, notices: readonly Pick<Notice, 'id'>[]): Promise<void> {
    const places = [...this.#byKey.values()].filter((place) => place.owner === owner)
    await Promise.all(
      places.map((place) =>
        this.drop(
          place,
          notices.map(({ id }) => idOf(place, id)).filter((id) => place.waiting.has(id)),
        ),
      ),
    )
  }

  async hold(name: PlaceName, standing: NonNullable<Place['standing']>, now: number): Promise<void> {
    const place = this.#of(name)
    place.standing = standing
    const { owner, channel, to } = place
    await this.#standings.put(place.key, { owner, channel, to, ...standing })
    await this.#tidy(now)
  }

  /** It has taken one: what failed before is forgotten. */
  async release(place: Place): Promise<void> {
    if (place.standing === undefined) return
    delete place.standing
    await this.#standings.delete(place.key)
  }

  /** Lets go of places where nothing waits and that want nothing. */
  async #tidy(now: number): Promise<void> {
    for (const place of this.#byKey.values()) {
      if (place.waiting.size > 0 || (place.standing?.notBefore ?? 0) > now) continue
      await this.release(place)
      if (place.waiting.size === 0 && place.standing === undefined) this.#byKey.delete(place.key)
    }
  }

  #of({ owner, channel, to }: PlaceName): Place {
    const key = keyOf({ owner, channel, to })
    const place = this.#byKey.get(key) ?? { key, owner, channel, to, waiting: new Map() }
    this.#byKey.set(key, place)
    return place
  }
}

export function keyOf({ owner, channel, to }: PlaceName): string {
  return `${channel} ${owner} ${to}`
}

function idOf({ channel, to }: PlaceName, notice: string): string {
  return `${channel} ${notice} ${to}`
}
