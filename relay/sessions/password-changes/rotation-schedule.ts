import type { Logger } from 'pino'
import type { Account, Accounts } from '../../accounts/index.ts'

export interface RotationScheduleOptions {
  readonly accounts: Pick<Accounts, 'listAccounts' | 'account' | 'noteUsed'>
  readonly now: () => number
  readonly log: Logger
  readonly isLive: (accountId: string) => boolean
  readonly rotate: (accountId: string) => Promise<unknown>
}

const hour = 3_600_000
const day = 24 * hour
const lookEvery = 60_000

/** Gives accounts new passwords by their policies: when the present one is old enough, or when a session has ended. */
export class RotationSchedule {
  readonly #options: RotationScheduleOptions
  /** In memory: after a restart each is tried once more, with the password that works. */
  readonly #failures = new Map<string, { readonly count: number; readonly until: number }>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(options: RotationScheduleOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.run(), lookEvery)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** A session of this account has ended: written down, so that a restart does not forget it. */
  used(accountId: string): void {
    const { accounts, log } = this.#options
    if (accounts.account(accountId)?.rotation?.afterUse !== true) return
    accounts.noteUsed(accountId).then(
      () => (this.#timer === undefined ? undefined : this.run()),
      (error) => log.warn({ account: accountId, err: error }, 'that a session has ended could not be written down'),
    )
  }

  /** One account after another: a person at the relay comes first. */
  run(): Promise<void> {
    this.#running ??= this.#rotateDue().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #rotateDue(): Promise<void> {
    const { accounts, rotate, log, now } = this.#options
    for (let account = this.#nextDue(); account !== undefined && this.#timer !== undefined; account = this.#nextDue()) {
      const { id } = account
      try {
        await rotate(id)
        this.#failures.delete(id)
        log.info({ account: id, site: account.siteId }, 'the account has a new password')
      } catch (error) {
        const count = (this.#failures.get(id)?.count ?? 0) + 1
        this.#failures.set(id, { count, until: now() + Math.min(hour * 2 ** (count - 1), day) })
        if (accounts.account(id) !== undefined) log.warn({ account: id, site: account.siteId, err: error }, 'the account could not be given a new password')
      }
    }
  }

  #nextDue(): Account | undefined {
    return this.#options.accounts.listAccounts().find((account) => this.#isDue(account))
  }

  #isDue({ id, rotation, attention, credentialSince, createdAt, isUsed }: Account): boolean {
    const { now, isLive } = this.#options
    if (rotation === undefined || attention !== undefined || (this.#failures.get(id)?.until ?? 0) > now()) return false
    if (rotation.everyDays !== undefined && now() - (credentialSince ?? createdAt) >= rotation.everyDays * day) return true
    return rotation.afterUse === true && isUsed === true && !isLive(id)
  }
}
