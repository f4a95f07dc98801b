import { createHash, randomBytes } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Principal } from '../../identity/index.ts'
import type { Collection, Store, StoredRecord } from '../../store/index.ts'
import type { Ticket, Tickets } from '../contract.ts'
import { DeliveryCodes } from './delivery-codes.ts'

export interface TicketsOptions {
  readonly store: Store
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
  /** How long a ticket is good for. */
  readonly seconds: number
}

export function createTickets(options: TicketsOptions): Tickets {
  return new StoredTickets(options)
}

/** Law 4. A ticket lies in the store under its hash; to redeem it is to delete it, which the store lets one caller do. */
class StoredTickets implements Tickets {
  readonly #records: Collection<Ticket>
  readonly #now: () => number
  readonly #life: number
  readonly #deliveries: DeliveryCodes

  constructor({ store, now = Date.now, seconds }: TicketsOptions) {
    this.#records = store.collection<Ticket>({ name: 'tickets', indexes: { account: ({ accountId }) => [accountId] } })
    this.#now = now
    this.#life = seconds * 1000
    this.#deliveries = new DeliveryCodes(now)
  }

  async issue(accountId: string, holder: string): Promise<{ value: string; expiresAt: number }> {
    await this.#sweep()
    const value = randomBytes(32).toString('base64url')
    const expiresAt = this.#now() + this.#life
    await this.#records.put(hash(value), { accountId, holder, expiresAt }, { ifVersion: 0 })
    return { value, expiresAt }
  }

  async lookup(value: string): Promise<Ticket | undefined> {
    return (await this.#find(value))?.value
  }

  async redeem(value: string, principal: Principal): Promise<Ticket> {
    const found = await this.#find(value)
    if (found === undefined) throw new RelayError('ticket_invalid')
    checkHolder(found.value, principal)
    await this.#spend(found)
    return found.value
  }

  async revoke(accountId: string, exceptOf?: string): Promise<number> {
    this.#deliveries.revoke(accountId, exceptOf)
    const found = (await this.#records.list({ index: { name: 'account', key: accountId } })).filter(({ value }) => value.holder !== exceptOf)
    const removed = await Promise.all(found.map(({ id }) => this.#records.delete(id)))
    return removed.filter(Boolean).length
  }

  issueDelivery(ticket: Ticket): string {
    return this.#deliveries.issue(ticket)
  }

  takeDelivery(code: string, userId: string): Ticket | undefined {
    return this.#deliveries.take(code, userId)
  }

  async #find(value: string): Promise<StoredRecord<Ticket> | undefined> {
    // 32 bytes are 43 characters of base64url; what is not is not looked for.
    if (!/^[A-Za-z0-9_-]{43}$/.test(value)) return undefined
    const found = await this.#records.get(hash(value))
    return found !== undefined && found.value.expiresAt > this.#now() ? found : undefined
  }

  /** Of all who have found it, the store lets one delete it. */
  async #spend({ id, version }: StoredRecord<Ticket>): Promise<void> {
    let mine: boolean
    try {
      mine = await this.#records.delete(id, { ifVersion: version })
    } catch (error) {
      if (!isRelayError(error, 'store_conflict')) throw error
      mine = false
    }
    if (!mine) throw new RelayError('ticket_invalid')
  }

  async #sweep(): Promise<void> {
    const expired = (await this.#records.list()).filter(({ value }) => value.expiresAt <= this.#now())
    await Promise.all(expired.map(({ id }) => this.#records.delete(id)))
  }
}

/** The person who runs the relay may redeem for the holder: he gave out the ticket. */
function checkHolder(ticket: Ticket, principal: Principal): void {
  if (principal.kind !== 'local' && principal.user.id !== ticket.holder) throw new RelayError('ticket_not_yours')
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}
