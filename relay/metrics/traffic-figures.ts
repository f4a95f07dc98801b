/** What goes through the proxy now, and what has since it started. */
export interface TrafficFigures {
  /** Milliseconds since 1970: of this look, and of the start. */
  readonly at: number
  readonly since: number
  /** Connections of clients. */
  readonly connections: number
  readonly tunnels: { readonly intercepted: number; readonly unread: number }
  readonly webSockets: number
  /** Requests to enrolled sites under way, WebSockets not among them. */
  readonly underWay: number
  /** Requests that came to their end. */
  readonly requests: number
  /** Bytes of answers' bodies. */
  readonly bytes: number
  readonly devices: readonly DeviceFigures[]
}

/** The same of one device. */
export interface DeviceFigures {
  readonly id: string
  readonly name: string
  readonly user: string
  readonly connections: number
  readonly webSockets: number
  readonly underWay: number
  readonly requests: number
  readonly bytes: number
}
