import { createHash } from 'node:crypto'
import { RelayError } from '../../../errors.ts'
import { type Collection, putAtOnce, type Store } from '../../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../../vault/index.ts'
import type { NewBrowser, NoticeBrowser, NoticeGroup, PushAddress } from '../contract.ts'
import { areKeys, type PushKeys } from './encrypt-message.ts'

interface BrowserRecord {
  readonly owner: string
  readonly name: string
  readonly addedAt: number
  readonly groups: readonly NoticeGroup[]
  /** The host of its push service. */
  readonly service: string
  /** The endpoint and the keys, as JSON: who has them reaches the browser. */
  readonly sealed: Sealed
}

export interface Subscription extends PushKeys {
  readonly endpoint: string
}

const mostOfOne = 10

/** The browsers at which people have notices shown: in memory, and in the store to last. A browser that ends it and begins anew is another one. */
export class Browsers {
  readonly #records: Collection<BrowserRecord>
  readonly #vault: Pick<Vault, 'seal' | 'open'>
  readonly #byId = new Map<string, BrowserRecord>()

  constructor(store: Store, vault: Pick<Vault, 'seal' | 'open'>) {
    this.#records = store.collection<BrowserRecord>({ name: 'notice-push' })
    this.#vault = vault
  }

  async load(): Promise<void> {
    for (const { id, value } of await this.#records.list()) this.#byId.set(id, value)
  }

  /** In the order they came. */
  of(owner: string): NoticeBrowser[] {
    return [...this.#byId]
      .filter(([, one]) => one.owner === owner)
      .map(([id, { name, addedAt, groups, service }]) => ({ id, name, addedAt, groups, service }))
      .sort((a, b) => a.addedAt - b.addedAt)
  }

  /** Undefined: there is none, or it is another's. */
  find(owner: string, id: string): NoticeBrowser | undefined {
    return this.of(owner).find((one) => one.id === id)
  }

  ofAddress(address: PushAddress): ({ readonly owner: string } & NoticeBrowser) | undefined {
    const owner = this.#byId.get(idOf(address))?.owner
    const found = owner === undefined ? undefined : this.find(owner, idOf(address))
    return owner === undefined || found === undefined ? undefined : { owner, ...found }
  }

  /** Throws `bad_request` where it cannot be added: its keys are none, there are too many, or somebody else has his notices at this very browser. */
  check(owner: string, browser: PushAddress, instead?: string): void {
    const refuse = (problem: string) => new RelayError('bad_request', { params: { problem } })
    if (!areKeys(keysOf(browser))) throw refuse('those are no keys of a browser')
    const present = this.#byId.get(idOf(browser))
    if (present !== undefined && present.owner !== owner) throw refuse('another person has notices shown at this browser: end them there first')
    if (present === undefined && this.of(owner).filter(({ id }) => id !== instead).length >= mostOfOne)
      throw refuse(`there are ${mostOfOne} browsers already: end one of them`)
  }

  /** The same once more: its groups and its name change. `instead`: of this one, which is forgotten then. Gives its id. */
  async put(owner: string, browser: NewBrowser, now: number, instead?: string): Promise<string> {
    const id = idOf(browser)
    const { endpoint, p256dh, auth, name, groups } = browser
    const sealed = await this.#vault.seal(refOf(owner, id), Buffer.from(JSON.stringify({ endpoint, p256dh, auth })))
    // Once more: sealing took a moment, in which others may have come.
    this.check(owner, browser, instead)
    if (instead !== undefined && this.find(owner, instead) === undefined) throw new RelayError('not_found', { params: { what: 'such browser' } })
    const addedAt = this.#byId.get(id)?.addedAt ?? now
    const replaced = instead === undefined || instead === id ? undefined : { id: instead, record: this.#byId.get(instead) as BrowserRecord }
    // In the same turn: of two that come at a time in place of one, one does.
    if (replaced !== undefined) this.#byId.delete(replaced.id)
    try {
      await putAtOnce(this.#byId, this.#records, id, { owner, name, groups, addedAt, service: new URL(endpoint).host, sealed })
    } catch (error) {
      if (replaced !== undefined) this.#byId.set(replaced.id, replaced.record)
      throw error
    }
    if (replaced !== undefined) await this.#records.delete(replaced.id)
    return id
  }

  /** False: there was none of his. */
  async remove(owner: string, id: string): Promise<boolean> {
    if (this.find(owner, id) === undefined) return false
    this.#byId.delete(id)
    return this.#records.delete(id)
  }

  /** Undefined: it is ended. `vault_record_damaged`. */
  async open(owner: string, id: string): Promise<Subscription | undefined> {
    const record = this.#byId.get(id)
    if (record === undefined || record.owner !== owner) return undefined
    const opened = JSON.parse((await this.#vault.open(refOf(owner, id), record.sealed)).toString()) as NewBrowser
    return { endpoint: opened.endpoint, ...keysOf(opened) }
  }
}

function keysOf({ p256dh, auth }: Pick<PushAddress, 'p256dh' | 'auth'>): PushKeys {
  return { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') }
}

/** Of all that makes it: who does not know its secret cannot come by the same. The portal's page computes it too, to know its own browser. */
function idOf(browser: PushAddress): string {
  const { p256dh, auth } = keysOf(browser)
  const written = [browser.endpoint, Buffer.from(p256dh).toString('base64url'), Buffer.from(auth).toString('base64url')]
  return createHash('sha256').update(written.join('\n')).digest('base64url')
}

function refOf(owner: string, id: string): SealRef {
  return { owner, account: `notices:${owner}`, record: `browser ${id}` }
}
