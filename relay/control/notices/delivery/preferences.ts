import { randomBytes } from 'node:crypto'
import type { Collection, Store } from '../../../store/index.ts'
import type { Sealed, Vault } from '../../../vault/index.ts'
import type { NoticeGroup } from '../contract.ts'

interface PreferenceRecord {
  readonly mail?: { readonly address: string; readonly groups: readonly NoticeGroup[] }
  /** What signs them is sealed: who has it makes notices of his own. */
  readonly webhook?: { readonly url: string; readonly groups: readonly NoticeGroup[]; readonly secret: Sealed }
}

/** Standard Webhooks: 24 to 64 bytes. */
const secretBytes = 32

/** What each person wants beside the portal: in memory, and in the store to last. */
export class Preferences {
  readonly #records: Collection<PreferenceRecord>
  readonly #vault: Pick<Vault, 'seal' | 'open'>
  readonly #byOwner = new Map<string, PreferenceRecord>()

  constructor(store: Store, vault: Pick<Vault, 'seal' | 'open'>) {
    this.#records = store.collection<PreferenceRecord>({ name: 'notice-preferences' })
    this.#vault = vault
  }

  async load(): Promise<void> {
    for (const { id, value } of await this.#records.list()) this.#byOwner.set(id, value)
  }

  of(owner: string): PreferenceRecord {
    return this.#byOwner.get(owner) ?? {}
  }

  /** Undefined: no more mail. */
  async setMail(owner: string, mail: PreferenceRecord['mail']): Promise<void> {
    const { mail: _, ...rest } = this.of(owner)
    await this.#put(owner, mail === undefined ? rest : { ...rest, mail })
  }

  /** Gives the secret that signs them, once: 32 random bytes, with the prefix of Standard Webhooks. Undefined: no more webhooks. */
  async setWebhook(owner: string, webhook: { readonly url: string; readonly groups: readonly NoticeGroup[] } | undefined): Promise<string> {
    const { webhook: _, ...rest } = this.of(owner)
    if (webhook === undefined) {
      await this.#put(owner, rest)
      return ''
    }
    const secret = randomBytes(secretBytes)
    await this.#put(owner, { ...rest, webhook: { ...webhook, secret: await this.#vault.seal(refOf(owner), secret) } })
    return `whsec_${secret.toString('base64')}`
  }

  /** Undefined: there is no webhook. `vault_record_damaged`. */
  async webhookSecret(owner: string): Promise<Buffer | undefined> {
    const { webhook } = this.of(owner)
    return webhook && this.#vault.open(refOf(owner), webhook.secret)
  }

  async #put(owner: string, record: PreferenceRecord): Promise<void> {
    await this.#records.put(owner, record)
    this.#byOwner.set(owner, record)
  }
}

function refOf(owner: string) {
  return { owner, account: `notices:${owner}`, record: 'webhook' }
}
