/** Why something under way is cut. */
export type CutReason =
  /** Its session has ended. */
  | 'ended'
  /** The account is lent, and the leave to use it is over. */
  | 'unlent'
  /** The relay is being stopped. */
  | 'stopping'

/** Something under way that can be cut at once. */
export interface Cuttable {
  cut(reason: CutReason): void
  /** A WebSocket, which has no end of its own to wait for. */
  readonly isUpgraded: boolean
  /** Whose it is. */
  readonly deviceId: string
}

/**
 * What is under way; each adds and removes itself. Every request comes and goes here, so this is no Set: of the tables that a Set
 * outgrows each holds the next, and the garbage collector keeps whole requests alive with them until its next full run.
 */
export class UnderWay implements Iterable<Cuttable> {
  readonly #members: Cuttable[] = []

  add(member: Cuttable): void {
    this.#members.push(member)
  }

  /** False: it is not there. What ends soon has begun lately and stands near the end. */
  delete(member: Cuttable): boolean {
    const at = this.#members.lastIndexOf(member)
    if (at < 0) return false
    const last = this.#members.pop() as Cuttable
    if (at < this.#members.length) this.#members[at] = last
    return true
  }

  get size(): number {
    return this.#members.length
  }

  [Symbol.iterator](): Iterator<Cuttable> {
    return this.#members.values()
  }
}
