import type { Collection, Store } from '../../store/index.ts'
import type { Notice } from './contract.ts'

/** For each kind alone: what another can bring about again and again pushes out nothing else. */
const mostOfKind = 200
/** Milliseconds. */
const keptFor = 90 * 86_400_000

/** The notices: in memory by owner, newest first, and in the store to last. Bounded for each owner and kind, and by age. */
export class NoticeRecords {
  readonly #records: Collection<Notice>
  readonly #byOwner = new Map<string, Notice[]>()

  readonly #onLetGo: (owner: string, notices: readonly Notice[]) => Promise<void>

  /** `onLetGo`: those that are too many or too old by now. */
  constructor(store: Store, onLetGo: (owner: string, notices: readonly Notice[]) => Promise<void>) {
    this.#onLetGo = onLetGo
    this.#records = store.collection<Notice>({ name: 'notices' })
  }

  async load(now: number): Promise<void> {
    for (const { value } of await this.#records.list()) this.#of(value.owner).push(value)
    for (const [owner, notices] of this.#byOwner) {
      notices.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
      await this.#letGo(owner, now)
    }
  }

  list(owner: string): readonly Notice[] {
    return this.#byOwner.get(owner) ?? []
  }

  find(owner: string, id: string): Notice | undefined {
    return this.list(owner).find((notice) => notice.id === id)
  }

  /** Resolves when it is durable; it is found from now on. */
  async add(notice: Notice, now: number): Promise<void> {
    const notices = this.#of(notice.owner)
    const before = notices.findIndex(({ at }) => at <= notice.at)
    notices.splice(before < 0 ? notices.length : before, 0, notice)
    await Promise.all([this.#records.put(notice.id, notice), this.#letGo(notice.owner, now)])
  }

  /** In the place of the one that has its id; nothing where that was let go. */
  async replace(notice: Notice): Promise<void> {
    const notices = this.#of(notice.owner)
    const index = notices.findIndex(({ id }) => id === notice.id)
    if (index < 0) return
    notices[index] = notice
    await this.#records.put(notice.id, notice)
  }

  async #letGo(owner: string, now: number): Promise<void> {
    const notices = this.#of(owner)
    const counts = new Map<Notice['kind'], number>()
    const gone = new Set<Notice>()
    for (const notice of notices) {
      const count = (counts.get(notice.kind) ?? 0) + 1
      counts.set(notice.kind, count)
      if (count > mostOfKind || notice.at < now - keptFor) gone.add(notice)
    }
    if (gone.size === 0) return
    const kept = notices.filter((notice) => !gone.has(notice))
    notices.splice(0, notices.length, ...kept)
    await Promise.all([...[...gone].map(({ id }) => this.#records.delete(id)), this.#onLetGo(owner, [...gone])])
  }

  #of(owner: string): Notice[] {
    const present = this.#byOwner.get(owner)
    if (present !== undefined) return present
    const made: Notice[] = []
    this.#byOwner.set(owner, made)
    return made
  }
}
