/** What an adapter's process may use. */
export interface IsolationLimits {
  /** Megabytes of memory of one process, in all. */
  readonly megabytes: number
  /** How long it may compute without a pause, in seconds. */
  readonly stallSeconds: number
}

/** Until an adapter is loaded, in seconds. Long: a machine may be busy. */
export const loadSeconds = 30
