import { randomUUID } from 'node:crypto'
import { isRelayError, RelayError } from '../../errors.ts'
import type { Collection, Store } from '../../store/index.ts'
import type { Sealed, SealRef, Vault } from '../../vault/index.ts'
import { authenticatorAddress, newAuthenticatorKey, stepOfCode } from './one-time-code.ts'
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts'

/** Time to find the phone and its app. Milliseconds. */
const offerLife = 15 * 60_000
const mostOffers = 1_000

/** What a person's second factor is, without anything of it. */
export interface SecondFactor {
  /** When the authenticator app was confirmed. */
  readonly since: number
  readonly recoveryCodesLeft: number
  readonly recoveryCodesMadeAt: number
}

/** An authenticator app to be set up: it counts once it has shown a code. */
export interface AuthenticatorOffer {
  /** Base32. For the person's eyes. */
  readonly secret: string
  /** The same as an `otpauth:` address. */
  readonly address: string
}

/** The second factor of those who have one: an authenticator app (RFC 6238), with recovery codes. */
export interface SecondFactors {
  /** Undefined: none; the password is all that is asked. */
  of(userId: string): Promise<SecondFactor | undefined>
  /**
   * A new key, in memory alone until it is confirmed; one that was set up before stays good until then. `to`: the session, or the half of a
   * sign-in, that sees it: two who are signed in as one person never see each other's.
   */
  offer(to: string, names: { readonly issuer: string; readonly user: string }): AuthenticatorOffer
  /** The offer that waits; undefined: none, or it is over. */
  offered(to: string): AuthenticatorOffer | undefined
  /**
   * Takes the offered key into use and gives new recovery codes, this once. `second_factor_not_offered`, `second_factor_code_wrong`. `first`:
   * only where there is none, else `unauthenticated`.
   */
  confirm(userId: string, to: string, code: string, wanted?: { readonly first: true }): Promise<readonly string[]>
  /** Spends a code of the app, or a recovery code. False: wrong, or spent before. */
  spend(userId: string, code: string): Promise<'app' | 'recovery' | false>
  /** New codes; those before are worth nothing. `not_found` for who has no second factor. */
  renewRecoveryCodes(userId: string): Promise<readonly string[]>
  /** The password is all that is asked from now on. False: so it was before. */
  remove(userId: string): Promise<boolean>
}

export interface SecondFactorsOptions {
  readonly store: Store
  readonly vault: Pick<Vault, 'seal' | 'open' | 'destroyKey'>
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

interface FactorRecord {
  /** Names the data key: a new one for every key that is set up, so that the old one can be destroyed. */
  readonly keyName: string
  readonly sealedKey: Sealed
  readonly since: number
  /** The step of the last code that was taken (RFC 6238 section 5.2: a code is good once). */
  readonly lastStep: number
  readonly recoveryHashes: readonly string[]
  readonly recoveryCodesMadeAt: number
}

interface Offer extends AuthenticatorOffer {
  readonly expiresAt: number
}

export function createSecondFactors(options: SecondFactorsOptions): SecondFactors {
  return new StoredSecondFactors(options)
}

class StoredSecondFactors implements SecondFactors {
  readonly #records: Collection<FactorRecord>
  readonly #vault: SecondFactorsOptions['vault']
  readonly #now: () => number
  readonly #offers = new Map<string, Offer>()

  constructor({ store, vault, now = Date.now }: SecondFactorsOptions) {
    this.#records = store.collection<FactorRecord>({ name: 'second-factors' })
    this.#vault = vault
    this.#now = now
  }

  async of(userId: string): Promise<SecondFactor | undefined> {
    const kept = (await this.#records.get(userId))?.value
    if (kept === undefined) return undefined
    return { since: kept.since, recoveryCodesLeft: kept.recoveryHashes.length, recoveryCodesMadeAt: kept.recoveryCodesMadeAt }
  }

  offer(to: string, { issuer, user }: { issuer: string; user: string }): AuthenticatorOffer {
    const secret = newAuthenticatorKey()
    const offer = { secret, address: authenticatorAddress(secret, issuer, user), expiresAt: this.#now() + offerLife }
    this.#offers.set(to, offer)
    // In the order they were made: the first is the oldest.
    const [oldest] = this.#offers.keys()
    if (this.#offers.size > mostOffers && oldest !== undefined) this.#offers.delete(oldest)
    return offer
  }

  offered(to: string): AuthenticatorOffer | undefined {
    const offer = this.#offers.get(to)
    if (offer === undefined || offer.expiresAt > this.#now()) return offer
    this.#offers.delete(to)
    return undefined
  }

  async confirm(userId: string, to: string, code: string, wanted?: { readonly first: true }): Promise<readonly string[]> {
    const offer = this.offered(to)
    if (offer === undefined) throw new RelayError('second_factor_not_offered')
    const now = this.#now()
    const lastStep = stepOfCode(offer.secret, code, now, 0)
    if (lastStep === undefined) throw new RelayError('second_factor_code_wrong')
    this.#offers.delete(to)
    const before = await this.#records.get(userId)
    if (before !== undefined && wanted?.first === true) throw new RelayError('unauthenticated')
    const codes = newRecoveryCodes()
    const keyName = `second-factor ${randomUUID()}`
    const sealedKey = await this.#vault.seal(refOf(userId, keyName), Buffer.from(offer.secret))
    const record: FactorRecord = { keyName, sealedKey, since: now, lastStep, ...recoveryFields(codes, now) }
    await this.#records.put(userId, record, { ifVersion: before?.version ?? 0 }).catch((error: unknown) => {
      throw isRelayError(error, 'store_conflict') && wanted?.first === true ? new RelayError('unauthenticated') : error
    })
    // The codes are told this once: a key that cannot be destroyed now opens nothing that is stored.
    if (before !== undefined) await this.#vault.destroyKey(before.value.keyName).catch(() => {})
    return codes
  }

  async spend(userId: string, code: string): Promise<'app' | 'recovery' | false> {
    const used: { by: 'app' | 'recovery' } = { by: 'app' }
    const changed = await this.#change(userId, async (record) => {
      const hash = recoveryHash(code)
      if (hash !== undefined) {
        used.by = 'recovery'
        const recoveryHashes = record.recoveryHashes.filter((other) => other !== hash)
        return recoveryHashes.length < record.recoveryHashes.length ? { ...record, recoveryHashes } : undefined
      }
      const lastStep = stepOfCode(await this.#open(userId, record), code, this.#now(), record.lastStep)
      return lastStep === undefined ? undefined : { ...record, lastStep }
    })
    return changed && used.by
  }

  async renewRecoveryCodes(userId: string): Promise<readonly string[]> {
    const codes = newRecoveryCodes()
    const changed = await this.#change(userId, async (record) => ({ ...record, ...recoveryFields(codes, this.#now()) }))
    if (!changed) throw new RelayError('not_found', { params: { what: 'second factor of yours' } })
    return codes
  }

  async remove(userId: string): Promise<boolean> {
    const before = await this.#records.get(userId)
    if (before === undefined || !(await this.#records.delete(userId))) return false
    // It is removed: a key that cannot be destroyed now opens nothing that is stored.
    await this.#vault.destroyKey(before.value.keyName).catch(() => {})
    return true
  }

  /** By compare-and-set, so that of many at once who spend the same one succeeds. False: there is nothing to change, or `change` wants none. */
  async #change(userId: string, change: (record: FactorRecord) => Promise<FactorRecord | undefined>): Promise<boolean> {
    for (;;) {
      const stored = await this.#records.get(userId)
      const after = stored && (await change(stored.value))
      if (stored === undefined || after === undefined) return false
      try {
        await this.#records.put(userId, after, { ifVersion: stored.version })
        return true
      } catch (error) {
        if (!isRelayError(error, 'store_conflict')) throw error
      }
    }
  }

  async #open(userId: string, { keyName, sealedKey }: FactorRecord): Promise<string> {
    const opened = await this.#vault.open(refOf(userId, keyName), sealedKey)
    try {
      return opened.toString()
    } finally {
      opened.fill(0)
    }
  }
}

function refOf(userId: string, keyName: string): SealRef {
  return { owner: userId, account: keyName, record: 'authenticator-key' }
}

function recoveryFields(codes: readonly string[], now: number): Pick<FactorRecord, 'recoveryHashes' | 'recoveryCodesMadeAt'> {
  return { recoveryHashes: codes.map(recoveryHash).filter((hash) => hash !== undefined), recoveryCodesMadeAt: now }
}
