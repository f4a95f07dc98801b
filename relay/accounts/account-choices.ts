import type { Logger } from 'pino'
import type { Identity } from '../identity/index.ts'
import { type Collection, putAtOnce, type Store } from '../store/index.ts'
import type { Account, Accounts } from './contract.ts'

/** Which account a device uses at a site where its user has several. */
export interface AccountChoice {
  readonly siteId: string
  readonly accountId: string
  /** Milliseconds since 1970. */
  readonly chosenAt: number
}

/** The choices of devices. They go with the device, and with the account. Who may choose what is for the caller to check. */
export interface AccountChoices {
  start(): Promise<void>
  stop(): Promise<void>
  /** The account's id, from memory: asked for each proxied request of who has several accounts at a site. Undefined: none was chosen. */
  of(deviceId: string, siteId: string): string | undefined
  /** In order of site. */
  list(deviceId: string): readonly AccountChoice[]
  /** In force at once; resolves when durable. */
  choose(deviceId: string, account: Pick<Account, 'id' | 'siteId'>): Promise<void>
  /** The person is asked anew. False: none was chosen. */
  forget(deviceId: string, siteId: string): Promise<boolean>
}

export interface AccountChoicesOptions {
  readonly store: Store
  readonly identity: Pick<Identity, 'listDevices' | 'onDeviceRevoked'>
  readonly accounts: Pick<Accounts, 'account' | 'onAccountRemoved'>
  readonly now: () => number
  readonly log: Logger
}

export function createAccountChoices(options: AccountChoicesOptions): AccountChoices {
  return new StoredChoices(options)
}

interface ChoiceRecord extends AccountChoice {
  readonly deviceId: string
}

class StoredChoices implements AccountChoices {
  readonly #options: AccountChoicesOptions
  readonly #records: Collection<ChoiceRecord>
  /** By device and site. */
  readonly #chosen = new Map<string, ChoiceRecord>()
  #stopWatching = (): void => {}

  constructor(options: AccountChoicesOptions) {
    this.#options = options
    this.#records = options.store.collection<ChoiceRecord>({ name: 'account-choices' })
  }

  async start(): Promise<void> {
    const { identity, accounts } = this.#options
    for (const { id, value } of await this.#records.list()) this.#chosen.set(id, value)
    // What was removed in the moment before the relay was killed is dropped now.
    const devices = new Set((await identity.listDevices()).map(({ id }) => id))
    this.#drop(({ deviceId, accountId }) => !devices.has(deviceId) || accounts.account(accountId) === undefined)
    const watches = [
      identity.onDeviceRevoked((device) => this.#drop(({ deviceId }) => deviceId === device.id)),
      accounts.onAccountRemoved((account) => this.#drop(({ accountId }) => accountId === account.id)),
    ]
    this.#stopWatching = () => {
      for (const stop of watches) stop()
    }
  }

  async stop(): Promise<void> {
    this.#stopWatching()
  }

  of(deviceId: string, siteId: string): string | undefined {
    return this.#chosen.get(keyOf(deviceId, siteId))?.accountId
  }

  list(deviceId: string): readonly AccountChoice[] {
    return [...this.#chosen.values()].filter((choice) => choice.deviceId === deviceId).sort((a, b) => (a.siteId < b.siteId ? -1 : 1))
  }

  async choose(deviceId: string, { id: accountId, siteId }: Pick<Account, 'id' | 'siteId'>): Promise<void> {
    const key = keyOf(deviceId, siteId)
    if (this.#chosen.get(key)?.accountId === accountId) return
    await putAtOnce(this.#chosen, this.#records, key, { deviceId, siteId, accountId, chosenAt: this.#options.now() })
  }

  async forget(deviceId: string, siteId: string): Promise<boolean> {
    const key = keyOf(deviceId, siteId)
    this.#chosen.delete(key)
    return this.#records.delete(key)
  }

  #drop(isOver: (choice: ChoiceRecord) => boolean): void {
    for (const choice of [...this.#chosen.values()].filter(isOver)) {
      this.forget(choice.deviceId, choice.siteId).catch((error) => this.#options.log.warn({ err: error }, 'the choice of an account could not be removed'))
    }
  }
}

function keyOf(deviceId: string, siteId: string): string {
  return `${deviceId} ${siteId}`
}
