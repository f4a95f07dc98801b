import type { Logger } from 'pino'
import type { Config } from '../../../../config/index.ts'
import type { Outbound } from '../../../outbound/index.ts'
import { PlacesByDatabase } from './by-database.ts'
import { placesByHttp } from './by-http.ts'
import type { Places } from './contract.ts'

export interface PlacesOptions {
  readonly settings: Config['places']
  readonly outbound: Pick<Outbound, 'forward'>
  /** Whether a relay does not start on a database that cannot be read; else what is lent to places is lent to none. */
  readonly isNeeded: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Logger
}

/** As configured: by an endpoint that is asked, or by a database. By neither, nobody knows where anything is. */
export function createPlaces({ settings: { url, field, database }, outbound, isNeeded, now, log }: PlacesOptions): Places {
  if (database !== undefined) return new PlacesByDatabase({ file: database, isNeeded, log })
  const ask = url === undefined ? (): readonly string[] => [] : placesByHttp({ outbound, url, field, now, log })
  return { of: ask, onReplaced: () => () => undefined, async start() {}, async stop() {} }
}
