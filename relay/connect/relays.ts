import type { TLSSocket } from 'node:tls'
import { isRelayError, RelayError } from '../errors.ts'
import type { RelayLink } from './relay-link.ts'

/** So long one relay may take to answer while there is another. Milliseconds. */
const quickly = 1200
/** So long any may take when none answered quickly: a line by satellite is no relay that is gone. */
const patiently = 8000

export interface Dialled {
  readonly socket: TLSSocket
  readonly link: RelayLink
}

/** The relays this client knows; their order is its preference. */
export class Relays {
  readonly links: readonly RelayLink[]

  constructor(links: readonly RelayLink[]) {
    this.links = links
  }

  /** Looks at all of them; resolves when each was looked at once. */
  async start(): Promise<void> {
    await Promise.all(this.links.map((link) => link.start()))
  }

  async stop(): Promise<void> {
    await Promise.all(this.links.map((link) => link.stop()))
  }

  /** The first that is there; undefined: none is. */
  get current(): RelayLink | undefined {
    return this.links.find(({ state }) => state === 'up')
  }

  /**
   * A connection to the first relay that gives one: those that are known to be there, in order, then those that may be back. Who is not the
   * relay, or does not take this device, is left alone until a look at it has shown otherwise. `relays_unreachable`; the one relay's own words
   * where there is but one.
   */
  async dial(): Promise<Dialled> {
    const candidates = this.links.filter(({ state }) => state !== 'untrusted' && state !== 'refused')
    const inTurn = [...candidates.filter(({ state }) => state === 'up'), ...candidates.filter(({ state }) => state !== 'up')]
    for (const link of inTurn) {
      const socket = await link.dial(quickly).catch(() => undefined)
      if (socket !== undefined) return { socket, link }
    }
    for (const link of inTurn.filter(({ error }) => isSlow(error))) {
      const socket = await link.dial(patiently).catch(() => undefined)
      if (socket !== undefined) return { socket, link }
    }
    const [only, another] = this.links
    throw (another === undefined ? only?.error : undefined) ?? new RelayError('relays_unreachable')
  }
}

function isSlow(error: RelayError | undefined): boolean {
  return isRelayError(error, 'relay_unreachable') && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT'
}
