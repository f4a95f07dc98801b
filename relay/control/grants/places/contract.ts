/** Tells where an address is. */
export interface Places {
  /** `places_unreadable`: the database is not there, or is none. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Every name of the place, as terms may name it; a promise where it must be asked for. None: nobody knows. Never throws. */
  of(address: string): readonly string[] | Promise<readonly string[]>
  /** Calls back when all of it may say something else. Returns the way to stop. */
  onReplaced(listener: () => void): () => void
}
