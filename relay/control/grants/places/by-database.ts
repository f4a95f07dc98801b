import { type Stats, unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Reader } from 'mmdb-lib'
import type { Logger } from 'pino'
import { asRelayError, isRelayError, RelayError } from '../../../errors.ts'
import { readClient } from '../../../outbound/index.ts'
import type { Places } from './contract.ts'
import { placesIn } from './places-in.ts'

/** How often it is looked whether the file was replaced. Milliseconds. */
const lookEvery = 5000

export interface DatabaseOptions {
  /** Absolute. */
  readonly file: string
  readonly isNeeded: boolean
  readonly log: Logger
  /** For tests, which do not wait so long. Milliseconds. */
  readonly lookEvery?: number
}

/**
 * Places by a file in the MaxMind format, held in memory and read anew when it is replaced. A file that cannot be read is not taken over: what was
 * read before holds, and while nothing was, nobody knows where anything is.
 */
export class PlacesByDatabase implements Places {
  readonly #options: DatabaseOptions
  #lookUp: (address: string) => readonly string[] = () => []
  readonly #listeners = new Set<() => void>()
  /** One reading follows another, so that what was read last is what the file was last. */
  #read: Promise<void> = Promise.resolve()

  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { file, isNeeded, log, lookEvery: interval = lookEvery } = this.#options
    // Before it is read: what is replaced meanwhile is read anew after that.
    watchFile(file, { interval, persistent: false }, this.#onFile)
    const first = this.#readFirst()
    this.#read = first.catch(() => undefined)
    try {
      await first
    } catch (error) {
      if (isNeeded) {
        await this.stop()
        throw error
      }
      log.error({ err: error }, 'what is lent to places is lent to none')
    }
  }

  async stop(): Promise<void> {
    unwatchFile(this.#options.file, this.#onFile)
    await this.#read
  }

  of(address: string): readonly string[] {
    return this.#lookUp(address)
  }

  onReplaced(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async #readFirst(): Promise<void> {
    this.#lookUp = (await openDatabase(this.#options.file)).lookUp
  }

  readonly #onFile = (now: Stats, before: Stats): void => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) this.#read = this.#read.then(() => this.#readAnew())
  }

  async #readAnew(): Promise<void> {
    const { file, log } = this.#options
    try {
      const { lookUp, built } = await openDatabase(file)
      this.#lookUp = lookUp
      log.info({ file, built }, 'the database of places was read anew')
      for (const listener of this.#listeners) listener()
    } catch (error) {
      log.error({ err: asRelayError(error), file }, 'the new database of places cannot be read: places go by the one before')
    }
  }
}

export interface OpenDatabase {
  /** Never throws: what a damaged database says of an address is nothing. */
  readonly lookUp: (address: string) => readonly string[]
  /** What it says it is. */
  readonly kind: string
  /** When it was made, ISO 8601. */
  readonly built: string
}

/** Reads it whole. `places_unreadable`. */
export async function openDatabase(file: string): Promise<OpenDatabase> {
  try {
    return readDatabase(await readFile(file))
  } catch (cause) {
    if (isRelayError(cause)) throw cause
    const { code } = cause as NodeJS.ErrnoException
    throw new RelayError('places_unreadable', { params: { file, problem: code === 'ENOENT' ? 'it is not there' : code === undefined ? notOne : code }, cause })
  }
}

const notOne = 'it is not a whole file in the MaxMind format'

/** Throws where that is no whole database: what describes it stands at its end, so that one that was cut short is found. */
function readDatabase(bytes: Buffer): OpenDatabase {
  const reader = new Reader<never>(bytes)
  const { ipVersion, nodeCount, searchTreeSize, databaseType, buildEpoch } = reader.metadata
  const isWhole = (ipVersion === 4 || ipVersion === 6) && Number.isInteger(nodeCount) && nodeCount > 0 && searchTreeSize < bytes.length
  if (!isWhole) throw new Error(notOne)
  return {
    kind: String(databaseType),
    built: buildEpoch.toISOString(),
    lookUp(address) {
      const client = readClient(address)
      // Who calls from a private address calls from nowhere, whatever somebody has put into the file.
      if (client === undefined || client.range() !== 'unicast') return []
      // A database of IPv4 alone would take the first bits of the other for one, and one of both has IPv4 where no client of IPv6 is.
      if (
        client.kind() === 'ipv6' &&
        (ipVersion === 4 ||
          client
            .toByteArray()
            .slice(0, 12)
            .every((byte) => byte === 0))
      )
        return []
      try {
        return placesIn(reader.get(client.toString()))
      } catch {
        return []
      }
    },
  }
}
