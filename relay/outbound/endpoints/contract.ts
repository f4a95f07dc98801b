/** Another network address at which a site's first origin is served. The name, the certificate and the cookies stay the site's. */
export interface Endpoint {
  /** `host` or `host:port`; without a port the origin's. */
  readonly address: string
  /** Ranges of addresses (CIDR) of the clients that it is nearest to. */
  readonly clients?: readonly string[]
}

/** How it is found out whether an endpoint works. */
export interface HealthRule {
  /** Path and query that must answer with less than 500; without it, connecting is enough. */
  readonly path?: string
  /** An endpoint that has died is left after so many seconds at the latest. */
  readonly everySeconds: number
}

export const defaultHealth: HealthRule = { everySeconds: 15 }

/** The way of one session to a site that has endpoints: chosen once, and left only for an endpoint that is dead. */
export interface Route {
  /** Address of the client that it was begun for, as far as it is known. */
  readonly client?: string
  /** Address of the endpoint; written where a request has reached one. */
  endpoint: string | undefined
}

/** What is known of an endpoint. */
export interface EndpointState {
  readonly address: string
  readonly clients?: readonly string[]
  readonly state:
    | 'up'
    /** It could not be connected to, did not prove that it is the site, or its health page says no. */
    | 'down'
    /** Nobody has used the site of late. */
    | 'unknown'
  /** Of a check, smoothed. */
  readonly milliseconds?: number
  /** Why it is down. */
  readonly problem?: string
}
