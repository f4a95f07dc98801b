import { randomUUID } from 'node:crypto'
import { RelayError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import type { Device, PairedTerminal } from '../contract.ts'
import { createToken, hashToken, isToken } from '../token.ts'
import { type Kept, type TokenRecord, TokenRecords } from '../token-records.ts'

const tokenPrefix = 'lr_'

interface DeviceRecord extends TokenRecord {
  readonly userId: string
  readonly name: string
  readonly createdAt: number
  readonly paired?: PairedTerminal
}

/** The enrolled devices. */
export class Devices {
  readonly #records: TokenRecords<DeviceRecord>
  readonly #now: () => number
  readonly #listeners = new Set<(device: Device) => void>()
  /** Names being enrolled: taken, not yet durable. */
  readonly #reserved = new Set<string>()

  constructor(store: Store, now: () => number) {
    this.#records = new TokenRecords(store, 'devices')
    this.#now = now
  }

  load(): Promise<void> {
    return this.#records.load()
  }

  async add(userId: string, name: string): Promise<{ device: Device; token: string }> {
    const token = createToken(tokenPrefix)
    return { device: await this.#add({ userId, name, createdAt: this.#now(), tokenHash: hashToken(token) }), token }
  }

  addPaired(userId: string, name: string, given: { tokenHash: string; paired: PairedTerminal }): Promise<Device> {
    return this.#add({ userId, name, createdAt: this.#now(), ...given })
  }

  /** Oldest first. */
  list(userId?: string): Device[] {
    return this.#records
      .all()
      .filter(({ value }) => userId === undefined || value.userId === userId)
      .map(view)
      .sort((a, b) => a.createdAt - b.createdAt)
  }

  /** The device of this token, used now; from memory. */
  use(token: string, name: string | undefined): Device | undefined {
    const kept = isToken(token, tokenPrefix) ? this.#records.byToken(token) : undefined
    if (kept === undefined || this.#isOver(kept) || (name !== undefined && name !== kept.value.name)) return undefined
    this.#records.touch(kept, this.#now())
    return view(kept)
  }

  /** It has shown who it is by its certificate. */
  useById(id: string): Device | undefined {
    const kept = this.#records.byId(id)
    if (kept === undefined || this.#isOver(kept)) return undefined
    this.#records.touch(kept, this.#now())
    return view(kept)
  }

  async noteHandedOver(id: string, accountId: string): Promise<void> {
    const kept = this.#records.byId(id)
    if (kept === undefined || this.#isOver(kept)) throw new RelayError('unauthenticated')
    const { paired } = kept.value
    if (paired === undefined || paired.handedOver.includes(accountId)) return
    const change = ({ paired: at = paired }: DeviceRecord) => ({ paired: { ...at, handedOver: [...new Set([...at.handedOver, accountId])] } })
    if (!(await this.#records.change(id, change))) throw new RelayError('unauthenticated')
  }

  /** Law 7: the token is void and the listeners know before this first waits; resolves when it is durable. Once more where the disk refused that. */
  async revoke(id: string): Promise<boolean> {
    const kept = this.#records.evenVoid(id)
    if (kept === undefined) return false
    const removed = this.#records.remove(id)
    const failures = this.#tell(kept)
    await removed
    if (failures.length > 0) throw new RelayError('internal', { cause: new AggregateError(failures) })
    return true
  }

  onRevoked(listener: (device: Device) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  settle(): Promise<void> {
    return this.#records.settle()
  }

  async #add(value: DeviceRecord): Promise<Device> {
    const { userId, name } = value
    checkDeviceName(name)
    const reservation = `${userId} ${name}`
    if (this.#reserved.has(reservation) || this.list(userId).some((device) => device.name === name)) {
      throw new RelayError('already_exists', { params: { what: `a device ${name}`, advice: 'Choose another name, or revoke that device first.' } })
    }
    this.#reserved.add(reservation)
    try {
      const id = randomUUID()
      await this.#records.add(id, value)
      return view({ id, value })
    } finally {
      this.#reserved.delete(reservation)
    }
  }

  #isOver({ value: { paired } }: Kept<DeviceRecord>): boolean {
    return paired !== undefined && paired.expiresAt <= this.#now()
  }

  /** Every listener hears of it, whatever the others do. */
  #tell(kept: Kept<DeviceRecord>): unknown[] {
    const failures: unknown[] = []
    for (const listener of this.#listeners) {
      try {
        listener(view(kept))
      } catch (error) {
        failures.push(error)
      }
    }
    return failures
  }
}

function view({ id, value, isVoid = false }: Pick<Kept<DeviceRecord>, 'id' | 'value'> & Partial<Kept<DeviceRecord>>): Device {
  const { userId, name, createdAt, lastUsedAt, paired } = value
  return {
    id,
    userId,
    name,
    createdAt,
    ...(lastUsedAt === undefined ? {} : { lastSeenAt: lastUsedAt }),
    ...(paired === undefined ? {} : { paired }),
    ...(isVoid ? { unwritten: true } : {}),
  }
}

/** It stands in proxy URLs, so it needs no escaping there. */
function checkDeviceName(name: string): void {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
    throw new RelayError('bad_request', { params: { problem: 'a device name is 1 to 64 letters, digits, dots, hyphens and underscores' } })
  }
}
