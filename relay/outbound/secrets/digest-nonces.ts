import type { SecretSlot } from '../contract.ts'
import { type HeaderPairs, valuesOf } from '../exchange/header-pairs.ts'
import { challengesIn, type DigestChallenge, digestCredentials, newClientNonce, readDigestChallenge } from './digest.ts'

interface Nonce {
  /** What the session was obtained with: another one means another session. */
  readonly first: string
  challenge: DigestChallenge
  cnonce: string
  count: number
}

/** What a request is answered for with: its line, and where it goes. */
export interface DigestRequest {
  readonly origin: string
  readonly method: string
  /** Path and query as they are written. */
  readonly uri: string
}

/**
 * The nonces of HTTP Digest that are in use, by secret and origin: each request has its own count, and the site gives new nonces on the
 * way (RFC 7616 sections 3.4.3 and 3.5). In memory: after a restart the site says that the nonce is stale.
 */
export class DigestNonces {
  readonly #nonces = new WeakMap<object, Map<string, Nonce>>()

  /** The Authorization value for one request. `challenge`: the one that began it, as received. Undefined: none that can be answered. */
  credentials(secret: object, account: { username: string; password: string; challenge: string }, { origin, method, uri }: DigestRequest): string | undefined {
    const nonce = this.#nonceOf(secret, account.challenge, origin)
    if (nonce === undefined) return undefined
    nonce.count += 1
    const { challenge, count, cnonce } = nonce
    return digestCredentials({ challenge, username: account.username, password: account.password, method, uri, count, cnonce })
  }

  /** Takes the nonce that the site gives with an answer. True: the one used was stale, and the request may be sent again. */
  answered(slots: readonly SecretSlot[], origin: string, status: number, headers: HeaderPairs): boolean {
    const slot = slots.find(({ encoding }) => encoding.as === 'digest')
    const nonce = slot === undefined ? undefined : this.#nonces.get(slot.secret)?.get(origin)
    if (nonce === undefined) return false
    if (status === 401) {
      const challenge = readDigestChallenge(valuesOf(headers, 'www-authenticate'))
      if (challenge === undefined || !challenge.stale || challenge.nonce === nonce.challenge.nonce) return false
      renew(nonce, challenge)
      return true
    }
    // Section 3.5: `Authentication-Info: nextnonce="..."`, parameters without a scheme.
    const next = challengesIn(`info ${valuesOf(headers, 'authentication-info')}`)[0]?.params.get('nextnonce')
    if (next !== undefined && next !== nonce.challenge.nonce) renew(nonce, { ...nonce.challenge, nonce: next })
    return false
  }

  #nonceOf(secret: object, first: string, origin: string): Nonce | undefined {
    const known = this.#nonces.get(secret)?.get(origin)
    if (known?.first === first) return known
    const challenge = readDigestChallenge(first)
    if (challenge === undefined) return undefined
    const nonce = { first, challenge, cnonce: newClientNonce(), count: 0 }
    const byOrigin = this.#nonces.get(secret) ?? new Map<string, Nonce>()
    byOrigin.set(origin, nonce)
    this.#nonces.set(secret, byOrigin)
    return nonce
  }
}

function renew(nonce: Nonce, challenge: DigestChallenge): void {
  nonce.challenge = challenge
  nonce.cnonce = newClientNonce()
  nonce.count = 0
}
