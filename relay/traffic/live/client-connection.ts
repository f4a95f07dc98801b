import type { ServerResponse } from 'node:http'
import type { Cuttable } from './under-way.ts'

/** A client's connection, as far as its latest message goes. */
export interface ClientConnection {
  /** The host it was opened for, where that is known; for the log. */
  readonly host: string | undefined
  /** A message on it was refused: nothing after it is read. */
  refused: boolean
  /** The answer to the latest message. */
  current: ServerResponse | undefined
  /** What the latest message set going. */
  relayed: Cuttable | undefined
}
