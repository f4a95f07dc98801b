/** A leaf's certificate, PEM. */
export interface SignedLeaf {
  readonly cert: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A leaf is made anew when half its week is left, so that no client ever meets an old one. */
const renewBefore = 3.5 * 24 * 60 * 60 * 1000
/** Before that, with hours to spare, it is made anew ahead. */
const aheadBefore = renewBefore + 6 * 60 * 60 * 1000
/** Between two that are made ahead: requests go first. Milliseconds. */
const pause = 50
/** How often it is looked whether one has grown old. Milliseconds. */
const interval = 60 * 60 * 1000

/**
 * The certificates of leaves, by host. Signing one is most of what the first tunnel to a host would wait for: so they are signed ahead,
 * one by one, off the way of requests; one that is asked for earlier is signed at once.
 */
export class SignedLeaves {
  readonly #sign: (host: string) => SignedLeaf
  readonly #now: () => number
  readonly #signed = new Map<string, SignedLeaf>()
  #timer: NodeJS.Timeout | undefined

  constructor(sign: (host: string) => SignedLeaf, now: () => number) {
    this.#sign = sign
    this.#now = now
  }

  of(host: string): SignedLeaf {
    const present = this.#signed.get(host)
    return present !== undefined && this.isGood(present) ? present : this.#make(host)
  }

  isGood({ expiresAt }: SignedLeaf): boolean {
    return expiresAt - this.#now() > renewBefore
  }

  /** These are the hosts from now on; what is missing is signed soon. */
  keepUp(hosts: readonly string[]): void {
    const known = new Set(hosts)
    for (const host of this.#signed.keys()) if (!known.has(host)) this.#signed.delete(host)
    this.#schedule(hosts, 0, pause)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #schedule(hosts: readonly string[], from: number, ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#signNext(hosts, from), ms).unref()
  }

  #signNext(hosts: readonly string[], from: number): void {
    const at = hosts.findIndex((host, index) => index >= from && !this.#isFarFromOld(host))
    const host = hosts[at]
    try {
      if (host !== undefined) this.#make(host)
    } catch {
      // Who asks for it is told; the others are signed all the same.
    }
    this.#schedule(hosts, host === undefined ? 0 : at + 1, host === undefined ? interval : pause)
  }

  #isFarFromOld(host: string): boolean {
    const expiresAt = this.#signed.get(host)?.expiresAt ?? 0
    return expiresAt - this.#now() > aheadBefore
  }

  #make(host: string): SignedLeaf {
    const leaf = this.#sign(host)
    this.#signed.set(host, leaf)
    return leaf
  }
}
