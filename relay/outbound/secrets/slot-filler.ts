import { derive } from '../../derivation/index.ts'
import { RelayError } from '../../errors.ts'
import type { SecretSlot } from '../contract.ts'
import type { DigestNonces } from './digest-nonces.ts'
import { encodeValue } from './encode-value.ts'
import type { FilledRequest, OpenSecret } from './fill.ts'
import type { TotpCodes } from './totp.ts'

/** What fills slots, shared by all agents: nonces and codes are used once, whoever asks. */
export interface SlotTools {
  readonly openSecret: OpenSecret
  readonly nonces: DigestNonces
  readonly codes: TotpCodes
}

/** Fills slots: opens the secret for the request's origin, makes of it what the slot says, and writes it as the slot says. */
export class SlotFiller {
  readonly #tools: SlotTools
  readonly #onText: (text: string, charset: string) => void
  readonly #codes = new Map<object, string>()
  /** What was made of a value for a slot. A request's slots are asked for before it leaves and when it is written; some derivations take milliseconds. */
  readonly #made = new WeakMap<SecretSlot, { readonly value: string; readonly text: string }>()

  /** `onText` hears every text that lets its finder in: the value, and what is made of it. */
  constructor(tools: SlotTools, onText: (text: string, charset: string) => void = () => {}) {
    this.#tools = tools
    this.#onText = onText
  }

  /** Gets a code for each authenticator key among them: may wait for the next period. */
  async prepare(slots: readonly SecretSlot[], origin: string, signal: AbortSignal | undefined): Promise<void> {
    for (const { secret } of slots.filter(isTotp)) {
      const key = this.#tools.openSecret(secret, origin)
      this.#codes.set(secret, await this.#tools.codes.take(key, signal))
    }
  }

  /** The text that a slot stands for. `secret_refused`, `transform_unfit`. */
  text(slot: SecretSlot, origin: string): string {
    const { secret, derivation, encoding } = slot
    const charset = 'charset' in encoding ? encoding.charset : 'utf-8'
    const tell = (text: string) => this.#onText(text, charset)
    const opened = this.#tools.openSecret(secret, origin)
    const value = isTotp(slot) ? this.#codeOf(secret) : opened
    tell(value)
    if (derivation === undefined) return value
    const made = this.#made.get(slot)
    if (made?.value === value) return made.text
    const text = derive(value, derivation, tell)
    this.#made.set(slot, { value, text })
    return text
  }

  fill = (slot: SecretSlot, request: FilledRequest): Buffer => {
    const text = this.text(slot, request.origin)
    const { encoding, secret } = slot
    if (encoding.as !== 'digest') return encodeValue(text, encoding)
    const { username, challenge } = encoding
    const { origin, method, path } = request
    const credentials = this.#tools.nonces.credentials(secret, { username, password: text, challenge }, { origin, method, uri: path })
    if (credentials === undefined) throw new RelayError('secret_refused', { detail: 'the challenge of HTTP Digest is none that can be answered' })
    return Buffer.from(credentials, 'latin1')
  }

  #codeOf(secret: object): string {
    const code = this.#codes.get(secret)
    if (code === undefined) throw new RelayError('secret_refused', { detail: 'a one-time code was wanted where none is given' })
    return code
  }
}

/** The opener has seen that it is a handle of the vault, whose scope nobody can change. */
function isTotp({ secret }: SecretSlot): boolean {
  return (secret as { readonly scope?: { readonly field?: unknown } }).scope?.field === 'totp'
}
