import { createHmac, randomBytes } from 'node:crypto'
import { RelayError } from '../../errors.ts'
import type { Device, Identity, User } from '../contract.ts'
import { GrowingWaits, networkOf } from '../throttle/growing-waits.ts'
import { createToken, hashToken, isToken } from '../token.ts'
import { newUserCode, readUserCode } from './user-code.ts'

/** A terminal that asks to be paired. */
export interface AskingTerminal {
  /** For people: `WDJB-MJHT`. */
  readonly userCode: string
  readonly address: string
  /** What it says it is, cut to 200 characters. */
  readonly agent: string
  /** Milliseconds since 1970. */
  readonly askedAt: number
  readonly expiresAt: number
}

/** How a terminal's question stands. */
export type PairingState =
  | { readonly state: 'waiting'; readonly asked: AskingTerminal }
  /** Told once: its token from now on. */
  | { readonly state: 'approved'; readonly token: string; readonly device: Device }
  /** Told once. */
  | { readonly state: 'refused' }
  /** There is no such question, or no more. */
  | { readonly state: 'over' }

/** Who answers, and from where. */
export interface Answering {
  readonly user: User
  readonly address: string
}

export interface Approval {
  /** Ids; that he may use them is looked at before. */
  readonly accounts: readonly string[]
  /** How long; at most 8 hours. */
  readonly milliseconds: number
  /** What its device is called. */
  readonly name: string
}

/**
 * Pairing a terminal nobody trusts, as of RFC 8628: the terminal shows a code, a person confirms it elsewhere, and the terminal gets leave for
 * the accounts that he picked, for a while. The questions are in memory alone; a terminal's secrets by their hashes.
 */
export interface Pairings {
  /** From here on paired terminals end by time. */
  start(): Promise<void>
  stop(): Promise<void>
  /** A terminal asks. `deviceCode` is its secret (43 characters). `too_many_tries`: so many ask from its network. */
  begin(from: { readonly address: string; readonly agent: string }): { readonly deviceCode: string; readonly asked: AskingTerminal }
  /** How its question stands. */
  collect(deviceCode: string): PairingState
  /** The same for a program that asks again and again: one that does so too soon is to wait five seconds more each time. `slow_down`. */
  poll(deviceCode: string): PairingState
  /** The terminal asks no more. */
  withdraw(deviceCode: string): void
  /** The terminal that shows this code. `pairing_code_unknown`; `too_many_tries` for who guesses. */
  find(userCode: string, by: Answering): AskingTerminal
  /** Once: errors as of `find`. */
  approve(userCode: string, by: Answering, approval: Approval): Promise<Device>
  /** Errors as of `find`. */
  refuse(userCode: string, by: Answering): Promise<AskingTerminal>
}

export interface PairingsOptions {
  readonly identity: Pick<Identity, 'addPairedTerminal' | 'listDevices' | 'revokeDevice' | 'onDeviceRevoked' | 'devicePrincipal'>
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number
}

/** RFC 8628 section 3.2. Seconds. */
export const pollInterval = 5
const codeLife = 10 * 60_000
const longestPairing = 8 * 3_600_000
const mostAsking = 2_000
const mostPerNetwork = 20
/** RFC 8628 section 5.1: one guess in 10^10 is right; from the fifth in a row on they wait. */
const guessRules = { free: 5, first: 1_000, longest: 15 * 60_000, remembered: 3_600_000 }
const lookInterval = 1_000

interface Question extends AskingTerminal {
  readonly tokenHash: string
  answer: 'none' | 'under way' | 'refused' | Device
  polledAt: number
  interval: number
}

export function createPairings(options: PairingsOptions): Pairings {
  return new MemoryPairings(options)
}

class MemoryPairings implements Pairings {
  readonly #identity: PairingsOptions['identity']
  readonly #now: () => number
  readonly #guesses: GrowingWaits
  /** By the hash of the terminal's secret, in the order they were asked. */
  readonly #questions = new Map<string, Question>()
  /** When each paired terminal ends, by its id. */
  readonly #ends = new Map<string, number>()
  #stopWatching: () => void = () => {}

  constructor({ identity, now = Date.now }: PairingsOptions) {
    this.#identity = identity
    this.#now = now
    this.#guesses = new GrowingWaits(now)
  }

  async start(): Promise<void> {
    for (const { id, paired } of await this.#identity.listDevices()) if (paired !== undefined) this.#ends.set(id, paired.expiresAt)
    const stop = this.#identity.onDeviceRevoked(({ id }) => this.#ends.delete(id))
    const timer = setInterval(() => this.#endThoseOver(), lookInterval).unref()
    this.#stopWatching = () => {
      stop()
      clearInterval(timer)
    }
    this.#endThoseOver()
  }

  async stop(): Promise<void> {
    this.#stopWatching()
    this.#questions.clear()
  }

  begin({ address, agent }: { address: string; agent: string }): { deviceCode: string; asked: AskingTerminal } {
    this.#sweep()
    this.#checkRoom(address)
    const deviceCode = createToken()
    const askedAt = this.#now()
    const question: Question = {
      userCode: this.#freeCode(),
      address,
      agent: agent.slice(0, 200),
      askedAt,
      expiresAt: askedAt + codeLife,
      tokenHash: hashToken(tokenOf(deviceCode)),
      answer: 'none',
      polledAt: 0,
      interval: pollInterval,
    }
    this.#questions.set(hashToken(deviceCode), question)
    return { deviceCode, asked: question }
  }

  collect(deviceCode: string): PairingState {
    this.#sweep()
    const key = hashToken(deviceCode)
    const question = isToken(deviceCode) ? this.#questions.get(key) : undefined
    if (question === undefined) return { state: 'over' }
    const { answer } = question
    if (answer === 'none' || answer === 'under way') return { state: 'waiting', asked: question }
    this.#questions.delete(key)
    if (answer === 'refused') return { state: 'refused' }
    const token = tokenOf(deviceCode)
    // It may have been ended meanwhile.
    return this.#identity.devicePrincipal(token) === undefined ? { state: 'over' } : { state: 'approved', token, device: answer }
  }

  poll(deviceCode: string): PairingState {
    const question = this.#questions.get(hashToken(deviceCode))
    if (question === undefined) return this.collect(deviceCode)
    const now = this.#now()
    const isTooSoon = now - question.polledAt < question.interval * 1000
    question.polledAt = now
    if (isTooSoon) {
      // RFC 8628 section 3.5.
      question.interval += pollInterval
      throw new RelayError('slow_down', { params: { seconds: question.interval } })
    }
    return this.collect(deviceCode)
  }

  withdraw(deviceCode: string): void {
    this.#questions.delete(hashToken(deviceCode))
  }

  find(userCode: string, by: Answering): AskingTerminal {
    return this.#find(userCode, by)
  }

  async approve(userCode: string, by: Answering, { accounts, milliseconds, name }: Approval): Promise<Device> {
    if (accounts.length === 0 || !(milliseconds > 0) || milliseconds > longestPairing) {
      throw new RelayError('bad_request', { params: { problem: 'a terminal is paired for one account at least, and for 8 hours at most' } })
    }
    const question = this.#find(userCode, by)
    // Of many at once the first one answers.
    question.answer = 'under way'
    const { address, agent, tokenHash } = question
    try {
      const paired = { accounts, expiresAt: this.#now() + milliseconds, address, agent, handedOver: [] }
      const device = await this.#identity.addPairedTerminal(by.user.id, name, { tokenHash, paired })
      this.#ends.set(device.id, paired.expiresAt)
      question.answer = device
      return device
    } catch (error) {
      question.answer = 'none'
      throw error
    }
  }

  async refuse(userCode: string, by: Answering): Promise<AskingTerminal> {
    const question = this.#find(userCode, by)
    question.answer = 'refused'
    return question
  }

  #find(text: string, { user, address }: Answering): Question {
    const keys = [`user ${user.id}`, `address ${networkOf(address)}`]
    for (const key of keys) {
      const wait = this.#guesses.waitOf(key)
      if (wait > 0) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil(wait / 1000) } })
    }
    this.#sweep()
    const userCode = readUserCode(text)
    const found = [...this.#questions.values()].find((question) => question.userCode === userCode && question.answer === 'none')
    if (found !== undefined) return found
    for (const key of keys) this.#guesses.countFailure(key, guessRules)
    throw new RelayError('pairing_code_unknown')
  }

  #freeCode(): string {
    for (;;) {
      const code = newUserCode()
      if (![...this.#questions.values()].some(({ userCode }) => userCode === code)) return code
    }
  }

  #checkRoom(address: string): void {
    const network = networkOf(address)
    const asking = [...this.#questions.values()]
    const here = asking.filter((question) => networkOf(question.address) === network)
    const [oldest] = here.length >= mostPerNetwork ? here : asking.length >= mostAsking ? asking : []
    if (oldest !== undefined) throw new RelayError('too_many_tries', { params: { seconds: Math.ceil((oldest.expiresAt - this.#now()) / 1000) } })
  }

  /** All live equally long, so the oldest stand first. */
  #sweep(): void {
    for (const [key, { expiresAt }] of this.#questions) {
      if (expiresAt > this.#now()) return
      this.#questions.delete(key)
    }
  }

  #endThoseOver(): void {
    for (const [id, end] of this.#ends) {
      if (end > this.#now()) continue
      this.#ends.delete(id)
      // Its token is worth nothing any more, whatever comes of this; it is tried again when the relay starts.
      void this.#identity.revokeDevice(id).catch(() => {})
    }
  }
}

/** The token that a terminal has once it is paired follows from its secret, one way: nobody but the terminal has it in between. */
function tokenOf(deviceCode: string): string {
  return `lr_${createHmac('sha256', deviceCode).update('token of a paired terminal').digest('base64url')}`
}

/** What the device of a paired terminal is called: where it is, what it is, and something that tells it from others. It stands in proxy URLs. */
export function nameOfTerminal({ address, browser }: { readonly address: string; readonly browser: string }): string {
  const plain = (text: string, most: number) =>
    text
      .replace(/[^A-Za-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, most)
  return ['terminal', plain(address, 20), plain(browser, 24), randomBytes(3).toString('hex')].filter((part) => part !== '').join('-')
}
