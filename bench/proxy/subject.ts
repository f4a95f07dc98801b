/** A way to the site that is measured: directly, or by a proxy that reads what passes. */
export interface Subject {
  readonly name: string
  /** Undefined: the direct way. */
  readonly proxy?: Way
  /** PEM by which its answers are verified. */
  readonly ca: string
  /** The process whose time is measured, with those that it starts; undefined: none. */
  readonly pid?: number
  stop(): Promise<void>
}

export interface Way {
  readonly port: number
  /** `Proxy-Authorization`. */
  readonly authorization?: string
}

/** One that is not on this machine. */
export interface Missing {
  readonly name: string
  readonly missing: string
}
