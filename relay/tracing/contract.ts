/** Attribute values; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Something that has come to its end. */
export interface FinishedSpan {
  readonly name: string
  /** `server`: what a client asked. `internal`: what the relay did of its own. */
  readonly kind: 'server' | 'internal'
  /** Milliseconds since 1970. */
  readonly begun: number
  readonly ended: number
  readonly attributes: Attributes
  /** It went wrong: why, in a code. */
  readonly failure?: string | undefined
  /** The client's `traceparent` (W3C Trace Context). */
  readonly traceparent?: string | undefined
  /** What happened meanwhile. */
  readonly events?: readonly { readonly name: string; readonly at: number }[]
  /** What it waited for. */
  readonly links?: readonly SpanReference[]
}

/** By which another span can be linked to it. */
export interface SpanReference {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
}

/** Sends what has happened to a collector, in batches and off the way of requests. */
export interface Tracing {
  record(span: FinishedSpan): SpanReference
  /** Sends what is left, for two seconds at most. */
  stop(): Promise<void>
}
