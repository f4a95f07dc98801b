import type { Logger } from 'pino'
import { type CaptchaOutcome, SiteMemory } from '../../../captcha/index.ts'
import type { Accounts, Site } from '../../accounts/index.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'

interface MemoryRecord {
  readonly sealed: Sealed
  /** Of the site it belongs to: another one of the same name inherits nothing. */
  readonly siteSince: number
}

export interface CaptchaMemoriesOptions {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open' | 'destroyKey'>
  readonly accounts: Pick<Accounts, 'site' | 'onSitesChanged'>
  readonly log: Pick<Logger, 'warn'>
}

/**
 * What each site's captchas have taught, sealed with a key of its own. When a site is removed its key goes first: what is left in files and
 * backups cannot be opened. Losing a memory loses no sign-in, so failures are told and not thrown.
 */
export class CaptchaMemories {
  readonly #records: Collection<MemoryRecord>
  readonly #options: CaptchaMemoriesOptions
  readonly #known = new Map<string, { readonly since: number; readonly memory: Promise<SiteMemory> }>()
  /** Learning, writing and removing follow one another. */
  #lane: Promise<void> = Promise.resolve()
  #stopWatching = (): void => {}

  constructor(options: CaptchaMemoriesOptions) {
    this.#options = options
    this.#records = options.store.collection<MemoryRecord>({ name: 'captcha-memories' })
  }

  async start(): Promise<void> {
    this.#stopWatching = this.#options.accounts.onSitesChanged(() => void this.#inLane(() => this.#sweep()))
    // A site may have been removed a moment before the relay ended.
    await this.#inLane(() => this.#sweep())
  }

  async stop(): Promise<void> {
    this.#stopWatching()
    await this.#lane
    this.#known.clear()
  }

  of(site: Site): Promise<SiteMemory> {
    const known = this.#known.get(site.id)
    if (known?.since === site.createdAt) return known.memory
    const memory = this.#load(site)
    this.#known.set(site.id, { since: site.createdAt, memory })
    return memory
  }

  /** Takes in what came of an answer, and stores it. Resolves when it is durable. */
  learn(site: Site, outcome: CaptchaOutcome): Promise<void> {
    return this.#inLane(async () => {
      const memory = await this.of(site)
      await memory.learn(outcome)
      if (!this.#stands(site)) return
      const sealed = await this.#options.vault.seal(sealRef(site.id), Buffer.from(JSON.stringify(memory.snapshot())))
      await this.#records.put(site.id, { sealed, siteSince: site.createdAt })
    })
  }

  async #load(site: Site): Promise<SiteMemory> {
    try {
      const record = await this.#records.get(site.id)
      if (record === undefined || record.value.siteSince !== site.createdAt) return new SiteMemory()
      return SiteMemory.restore(JSON.parse((await this.#options.vault.open(sealRef(site.id), record.value.sealed)).toString()))
    } catch (error) {
      this.#options.log.warn({ site: site.id, err: error }, 'what was learned of the captchas of a site cannot be opened: it is learned anew')
      return new SiteMemory()
    }
  }

  #stands({ id, createdAt }: Site): boolean {
    return this.#options.accounts.site(id)?.createdAt === createdAt
  }

  async #sweep(): Promise<void> {
    for (const { id, value } of await this.#records.list()) {
      if (this.#options.accounts.site(id)?.createdAt === value.siteSince) continue
      this.#known.delete(id)
      await this.#options.vault.destroyKey(keyName(id))
      await this.#records.delete(id)
    }
  }

  #inLane(work: () => Promise<void>): Promise<void> {
    const done = this.#lane.then(work).catch((error: unknown) => this.#options.log.warn({ err: error }, 'what was learned of captchas could not be kept'))
    this.#lane = done
    return done
  }
}

function sealRef(siteId: string): SealRef {
  return { owner: 'relay', account: keyName(siteId), record: 'captcha-memory' }
}

function keyName(siteId: string): string {
  return `captcha ${siteId}`
}
