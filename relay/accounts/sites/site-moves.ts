import { isRelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'
import type { AccountRecord, AccountRecords } from '../account-records.ts'
import type { Account, Site } from '../contract.ts'
import { credentialRef } from '../credentials/credential-scope.ts'
import { movedVersions } from './move-versions.ts'
import type { Sites } from './sites.ts'

export interface SiteMovesOptions {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open' | 'resealCredential'>
  readonly sites: Sites
  readonly accounts: AccountRecords
}

/** A move that was begun: sealed, because whoever could write it could say where secrets go. */
interface MoveRecord {
  readonly sealed: Sealed
}

interface Move {
  readonly before: Site
  readonly after: Site
}

/**
 * Changes an enrolled site. Its credentials are sealed to what decides where they go (laws 2 and 5), so where that changes they are sealed
 * anew, one record after another. What is to be done is written down first; a start after a crash finishes it.
 */
export class SiteMoves {
  readonly #records: Collection<MoveRecord>
  readonly #vault: SiteMovesOptions['vault']
  readonly #sites: Sites
  readonly #accounts: AccountRecords
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor({ store, vault, sites, accounts }: SiteMovesOptions) {
    this.#records = store.collection<MoveRecord>({ name: 'site-moves' })
    this.#vault = vault
    this.#sites = sites
    this.#accounts = accounts
  }

  async move(given: Omit<Site, 'createdAt'>): Promise<Site> {
    const after = this.#sites.replacement(given)
    const before = this.#sites.byId(after.id)
    if (before === undefined || !this.#reseals({ before, after })) return this.#sites.replace(after)
    const sealed = await this.#vault.seal(moveRef(after.id), Buffer.from(JSON.stringify({ before, after } satisfies Move)))
    await this.#records.put(after.id, { sealed })
    const done = this.#carryOut({ before, after })
    this.#underWay.set(
      after.id,
      done.catch(() => {}),
    )
    try {
      return await done
    } finally {
      this.#underWay.delete(after.id)
    }
  }

  /** Finishes what a crash cut short. */
  async finish(): Promise<void> {
    for (const { id, value } of await this.#records.list()) {
      const opened = await this.#vault.open(moveRef(id), value.sealed)
      const move = JSON.parse(opened.toString()) as Move
      if (this.#sites.byId(id) === undefined) await this.#records.delete(id)
      else await this.#carryOut(move)
    }
  }

  /** Resolves when no move of this site is under way. */
  async settled(siteId: string): Promise<void> {
    await this.#underWay.get(siteId)
  }

  #reseals({ before, after }: Move): boolean {
    const [account] = this.#accounts.list({ siteId: after.id })
    return account !== undefined && credentialRef(account, before).record !== credentialRef(account, after).record
  }

  /** Each step may have been done before. */
  async #carryOut(move: Move): Promise<Site> {
    for (const { id } of this.#accounts.list({ siteId: move.after.id })) await this.#reseal(id, move)
    const site = await this.#sites.replace(move.after)
    await this.#records.delete(site.id)
    return site
  }

  async #reseal(accountId: string, { before, after }: Move): Promise<void> {
    const record = this.#accounts.get(accountId) as AccountRecord
    // One that opens at neither place was damaged before: it says so when it is used.
    if ((await this.#opens(record, after)) || !(await this.#opens(record, before))) return
    const [from, to] = [before, after].map((site) => credentialRef(record.account, site)) as [SealRef, SealRef]
    const credential = await this.#vault.resealCredential(from, to, record.credential)
    await this.#accounts.put({ ...record, ...(await movedVersions(this.#vault, record, before, after)), credential })
  }

  async #opens({ account, credential }: { account: Account; credential: Sealed }, site: Site): Promise<boolean> {
    try {
      ;(await this.#vault.open(credentialRef(account, site), credential)).fill(0)
      return true
    } catch (error) {
      if (isRelayError(error, 'vault_record_damaged')) return false
      throw error
    }
  }
}

function moveRef(siteId: string): SealRef {
  return { owner: 'relay', account: 'relay', record: `move of the site ${siteId}` }
}
