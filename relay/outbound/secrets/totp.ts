import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createGuardrails, generateSync } from 'otplib'
import { RelayError } from '../../errors.ts'

/** The key of an authenticator app (RFC 6238). */
export interface TotpKey {
  /** Base32 in capitals, without spaces and padding. */
  readonly secret: string
  readonly algorithm: 'sha1' | 'sha256' | 'sha512'
  readonly digits: 6 | 7 | 8
  /** Seconds for which a code is good. */
  readonly period: number
}

/** Many sites give keys of 80 bits, fewer than RFC 4226 asks for; none gives less than 40. */
const guardrails = createGuardrails({ MIN_SECRET_BYTES: 5 })

/** Reads what a person gives: an otpauth:// address, or the key as sites show it, in groups and small letters too. `totp_unfit`, which never quotes it. */
export function readTotpKey(text: string): TotpKey {
  const given = text.trim()
  const key = /^otpauth:/i.test(given) ? keyOfAddress(given) : { secret: base32(given), algorithm: 'sha1' as const, digits: 6 as const, period: 30 }
  try {
    codeAt(key, 0)
  } catch (cause) {
    throw unfit('it is too short or too long', cause)
  }
  return key
}

/** The code of the period in which `seconds` since 1970 lie. */
export function codeAt({ secret, algorithm, digits, period }: TotpKey, seconds: number): string {
  return generateSync({ secret, algorithm, digits, period, epoch: seconds, guardrails })
}

function keyOfAddress(text: string): TotpKey {
  const url = URL.parse(text)
  if (url === null || url.hostname.toLowerCase() !== 'totp') throw unfit('the address is not one of otpauth://totp/')
  const { searchParams: given } = url
  const algorithm = (given.get('algorithm') ?? 'sha1').toLowerCase().replace(/^(?:hmac)?-?sha-?/, 'sha')
  const digits = Number(given.get('digits') ?? 6)
  const period = Number(given.get('period') ?? 30)
  if (algorithm !== 'sha1' && algorithm !== 'sha256' && algorithm !== 'sha512') throw unfit('its algorithm is none of SHA1, SHA256 and SHA512')
  if (digits !== 6 && digits !== 7 && digits !== 8) throw unfit('its codes have neither 6, 7 nor 8 digits')
  if (!Number.isInteger(period) || period < 5 || period > 300) throw unfit('its period is not between 5 and 300 seconds')
  return { secret: base32(given.get('secret') ?? ''), algorithm, digits, period }
}

function base32(text: string): string {
  const secret = text
    .replace(/[\s-]+/g, '')
    .replace(/=+$/, '')
    .toUpperCase()
  if (!/^[A-Z2-7]{8,}$/.test(secret)) throw unfit('a key has 8 or more of the letters A to Z and digits 2 to 7')
  return secret
}

function unfit(reason: string, cause?: unknown): RelayError {
  return new RelayError('totp_unfit', { params: { reason }, ...(cause === undefined ? {} : { detail: 'otplib refuses it' }) })
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

const systemClock: Clock = {
  now: Date.now,
  wait: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal })
  },
}

/** Gives codes, none of them twice: a site refuses a code it has seen (RFC 6238 section 5.2), which looks like a wrong one. */
export class TotpCodes {
  readonly #clock: Clock
  /** By the key's hash: the last period of which a code was given. */
  readonly #last = new Map<string, number>()
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
  }

  /** The code of the moment; where it was given before, that of the next period, when that has begun. */
  take(text: string, signal?: AbortSignal): Promise<string> {
    const key = readTotpKey(text)
    const id = createHash('sha256').update(key.secret).digest('base64')
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(() => this.#takeNow(id, key, signal))
    const settled = turn.catch(() => {})
    this.#turns.set(id, settled)
    void settled.then(() => {
      if (this.#turns.get(id) === settled) this.#turns.delete(id)
    })
    return turn
  }

  async #takeNow(id: string, key: TotpKey, signal: AbortSignal | undefined): Promise<string> {
    const length = key.period * 1000
    let period = Math.floor(this.#clock.now() / length)
    const last = this.#last.get(id)
    while (last !== undefined && period <= last) {
      await this.#clock.wait((last + 1) * length - this.#clock.now(), signal)
      period = Math.floor(this.#clock.now() / length)
    }
    this.#last.set(id, period)
    return codeAt(key, period * key.period)
  }
}
