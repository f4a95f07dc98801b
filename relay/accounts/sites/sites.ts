import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Site } from '../contract.ts'
import { Listeners } from '../listeners.ts'
import { checkSite } from '../rules/site-rules.ts'

/** The enrolled sites: in memory by id and by origin, in the store to last. */
export class Sites {
  readonly #records: Collection<Site>
  readonly #now: () => number
  readonly #byId = new Map<string, Site>()
  readonly #byOrigin = new Map<string, Site>()
  readonly #changed = new Listeners<void>()

  constructor(store: Store, now: () => number) {
    this.#records = store.collection<Site>({ name: 'sites' })
    this.#now = now
  }

  async load(): Promise<void> {
    for (const { value } of await this.#records.list()) this.#keep(value)
  }

  async add(given: Omit<Site, 'createdAt'>): Promise<Site> {
    const site: Site = structuredClone({ ...checkSite(given), createdAt: this.#now() })
    if (this.#byId.has(site.id)) throw taken(`a site ${site.id}`)
    this.#checkFree(site)
    try {
      await this.#records.put(site.id, site, { ifVersion: 0 })
    } catch (error) {
      throw isRelayError(error, 'store_conflict') ? taken(`a site ${site.id}`) : error
    }
    this.#keep(site)
    this.#changed.tell()
    return site
  }

  /** The site as it would be in place of the present one of its id. `bad_request`, `already_exists`. */
  replacement(given: Omit<Site, 'createdAt'>): Site {
    const site: Site = structuredClone({ ...checkSite(given), createdAt: this.#byId.get(given.id)?.createdAt ?? this.#now() })
    this.#checkFree(site)
    return site
  }

  async replace(site: Site): Promise<Site> {
    await this.#records.put(site.id, site)
    for (const origin of this.#byId.get(site.id)?.origins ?? []) this.#byOrigin.delete(origin)
    this.#keep(site)
    this.#changed.tell()
    return site
  }

  /** In order of id. */
  list(): Site[] {
    return [...this.#byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  byId(id: string): Site | undefined {
    return this.#byId.get(id)
  }

  byOrigin(origin: string): Site | undefined {
    return this.#byOrigin.get(origin)
  }

  async remove(site: Site): Promise<void> {
    await this.#records.delete(site.id)
    this.#byId.delete(site.id)
    for (const origin of site.origins) this.#byOrigin.delete(origin)
    this.#changed.tell()
  }

  onChanged(listener: () => void): () => void {
    return this.#changed.add(listener)
  }

  #checkFree(site: Site): void {
    for (const origin of site.origins) {
      const other = this.#byOrigin.get(origin)
      if (other !== undefined && other.id !== site.id) {
        throw taken(`a site at ${origin}: ${other.id}`, `Add an account there: \`login-relay account add ${other.id} --user NAME --username U\`.`)
      }
    }
  }

  #keep(site: Site): void {
    deepFreeze(site)
    this.#byId.set(site.id, site)
    for (const origin of site.origins) this.#byOrigin.set(origin, site)
  }
}

/** The same object is given to all who ask: none of them may change where secrets go. */
function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
}

function taken(what: string, advice = 'Choose another name with --id.'): RelayError {
  return new RelayError('already_exists', { params: { what, advice } })
}
