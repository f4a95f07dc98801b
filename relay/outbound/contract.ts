import type { Duplex, Readable } from 'node:stream'
import type { Derivation } from '../derivation/index.ts'
import type { Family } from '../metrics/index.ts'
import type { Endpoint, EndpointState, HealthRule, Route } from './endpoints/contract.ts'

/** Where connections may go, and under which trust. The facts of an enrolled site that this room needs. */
export interface Destination {
  /** Names the site in errors. */
  readonly id: string
  readonly origins: readonly string[]
  /** PEM of a private CA, beside the system's. */
  readonly ca?: string
  /** Kinds of address these origins may resolve to. */
  readonly networks: readonly ('public' | 'private' | 'loopback')[]
  /** Named by somebody who does not run the relay: it is not on the relay's own machine, by whatever address of it. */
  readonly isElsewhere?: boolean
  /** The way there: `direct`, the address of a proxy, or `env:NAME`; undefined: as all connections. */
  readonly upstreamProxy?: string
  /** Other addresses at which the first of the origins is served, in place of the one that its host leads to. */
  readonly endpoints?: readonly Endpoint[]
  readonly health?: HealthRule
}

/** How a value is written into a body or header. */
export type Encoding =
  /** application/x-www-form-urlencoded of the WHATWG URL standard, in `charset`. */
  | { readonly as: 'urlencoded'; readonly charset: string }
  /** A multipart/form-data value, in `charset`. */
  | { readonly as: 'multipart'; readonly charset: string }
  /** A JSON string, without the quotes. */
  | { readonly as: 'json' }
  /** RFC 7617: base64 of `username:` and the secret in UTF-8. */
  | { readonly as: 'basic'; readonly username: string }
  /** RFC 7616: the credentials that answer `challenge`, the WWW-Authenticate value as it was received, for the very request they stand in. */
  | { readonly as: 'digest'; readonly username: string; readonly challenge: string }

/**
 * The place of a secret in a message. The agent fills it in after the origin check (law 2). A secret whose scope names the field `totp` is
 * the key of an authenticator app: what is written is its code of the moment, never the key.
 */
export interface SecretSlot {
  readonly secret: object
  /** The form field or header it stands in. */
  readonly field: string
  /** What is made of the secret before it is written; default: nothing. */
  readonly derivation?: Derivation
  readonly encoding: Encoding
}

export type Part = Buffer | SecretSlot

export interface AgentRequest {
  readonly method: string
  readonly url: URL
  /** In order. A value made of parts may hold slots. */
  readonly headers: readonly (readonly [name: string, value: string | readonly Part[]])[]
  /** Takes the place of the URL's query, without the `?`: for forms sent by GET that hold a secret. The answer's `url` does not have it. */
  readonly query?: readonly Part[]
  readonly body?: readonly Part[]
  /**
   * This is the submission before it, moved on by the site with a 307 or 308 to this origin: its secrets may leave
   * once more, in the same fields. The agent holds it against the answer it saw itself.
   */
  readonly resend?: true
  readonly signal?: AbortSignal
  /** It begins to be written: before this no byte of it has left. */
  readonly onStart?: () => void
}

export interface AgentResponse {
  readonly url: URL
  readonly status: number
  /** As received: name, value, repeated names repeated. Values are latin1. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Without its content encoding (gzip, deflate, br). Read it to the end or destroy it; errors are `site_down`. */
  readonly body: Readable
  /** Milliseconds from sending to the response's headers. */
  readonly ms: number
}

/** Opens connections for one sign-in: follows nothing, keeps no cookies; fills secret slots, each secret at most once per attempt. */
export interface HttpAgent {
  /**
   * `destination_refused` (also an origin that is not the destination's), `site_down`, `site_tls`, `secret_refused`,
   * `bad_request`, `transform_unfit`; or what `signal` was aborted with. A stale nonce of HTTP Digest is answered here. `Host`, `Content-Length` and `Accept-Encoding` are written by the agent.
   */
  send(request: AgentRequest): Promise<AgentResponse>
  /** A new attempt: the secrets may be used once more. */
  beginAttempt(): void
  /** The text with every value this agent has filled in replaced by `[secret]`, in raw, URL, HTML, JSON, base64 and hex forms. */
  scrub(text: string): string
  /** Milliseconds spent waiting for the site so far. */
  readonly networkMs: number
}

/** An agent that can also type a secret into a page, for the browser engine. */
export interface TypingAgent extends HttpAgent {
  /**
   * Hands the text of a slot to `into`, which types it into a page of `origin`: for sites whose declaration says that their script needs it.
   * It counts as left: at most once per attempt, to an enrolled origin, scrubbed from then on. `secret_refused`, `destination_refused`.
   */
  type(slot: Omit<SecretSlot, 'encoding'>, origin: string, into: (text: string) => Promise<void>): Promise<void>
}

/** A new password on its way to the site. Forms ask for it twice: it may stand in two fields of its one request. */
export interface NewSecret {
  readonly secret: object
  /** Awaited before it leaves: what must be written down by then. */
  beforeItLeaves(): Promise<void>
}

export interface Outbound {
  start(): Promise<void>
  stop(): Promise<void>
  /** For signing in at a site: requests leave only toward its origins' allowed networks. */
  agent(destination: Destination, options?: { readonly newSecret?: NewSecret | undefined; readonly route?: Route | undefined }): TypingAgent
  /**
   * One request of the proxy toward an enrolled site, streamed both ways, on a pooled connection. Headers as given plus slots for
   * header-kind sessions. Hop-by-hop fields, `TE` too, and `Expect` must be gone; `Host` is written from the origin. The body passes as the
   * site sent it. Same errors as `HttpAgent.send`.
   */
  forward(destination: Destination, request: ForwardRequest): Promise<ForwardResponse>
  /** An upgraded connection toward an enrolled site, by the request's `Upgrade` field; the 101's headers and the raw stream, or the refusal as a response. */
  upgrade(destination: Destination, request: ForwardRequest): Promise<{ readonly response: ForwardResponse; readonly socket?: Duplex }>
  /**
   * A request to this origin is about to come: where it is not known yet what the site speaks, the connection that tells it is opened
   * now. Nothing is sent on it, and nobody taking it, it is let go; what goes wrong is for the request to meet.
   */
  prepare(destination: Destination, origin: string): void
  /** A raw connection to a host that is not enrolled, for a tunnel. Only to public addresses, none of this machine's own. */
  connect(host: string, port: number, signal?: AbortSignal): Promise<Duplex>
  /**
   * Resolves a host and says which networks its addresses are in; for enrolment. `destination_refused` for metadata and unroutable ones, and with
   * `wanted` where no connection to that port would be allowed.
   */
  networksOf(
    host: string,
    wanted?: Pick<Destination, 'networks' | 'isElsewhere'> & { readonly port: number },
  ): Promise<readonly ('public' | 'private' | 'loopback')[]>
  /** Would a connection to each of the endpoints be allowed? `destination_refused`; a host that cannot be looked up now is left for later. */
  checkEndpoints(destination: Destination): Promise<void>
  /** In the order of the declaration. */
  endpointStates(destination: Destination): readonly EndpointState[]
  /** Endpoints of sites that have none any longer are looked at no more, and are in no metric. */
  forgetEndpoints(hasNone: (siteId: string) => boolean): void
  families(): readonly Family[]
  /** Addresses nobody is ever connected to: the relay's own listeners, as their sockets tell them. Takes the place of those given before. */
  refuseOwn(addresses: readonly { readonly address: string; readonly port: number }[]): void
}

/** Says that a request is no longer wanted: an AbortSignal, or what does the same with less. */
export interface EndSignal {
  readonly aborted: boolean
  /** Once it is. */
  readonly reason: Error
  /** The listener is called once at most. */
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: true }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface ForwardRequest {
  readonly method: string
  readonly origin: string
  /** Path and query as the client sent them. */
  readonly path: string
  /** Flat: name, value, name, value. */
  readonly headers: readonly (string | readonly Part[])[]
  readonly body: Readable | Buffer | null
  readonly signal?: EndSignal
  /** The client takes trailer fields: the site is told so (RFC 9110 section 10.1.4). */
  readonly takesTrailers?: boolean
  /** Trailer fields of the request, flat, latin1; asked for once the body has ended. They go along where the body goes in chunks, or over HTTP/2. */
  readonly trailers?: (() => readonly string[]) | undefined
  /**
   * Told of each early hint, a 103 before the answer (RFC 8297): its Link values, latin1, as received. Other fields of it, and other
   * interim answers, are dropped. One request may be told of several, also of such that belong to an answer which is then asked for again.
   */
  readonly onEarlyHints?: ((links: readonly string[]) => void) | undefined
  /** Of the session that it belongs to. */
  readonly route?: Route | undefined
}

export interface ForwardResponse {
  readonly status: number
  readonly statusText: string
  /** Flat, latin1 strings, as received. */
  readonly headers: readonly string[]
  readonly body: Readable
  /** All of the body, where it is here already and nobody has asked for `body`, which costs a stream. Undefined: read `body`. */
  readonly arrived?: () => Buffer | undefined
  /** It ended with its head over HTTP/2: there is no content, and no trailers. */
  readonly endsWithHead?: boolean
  /** Trailer fields, once the body has ended: flat, latin1, as received. */
  readonly trailers: () => readonly string[]
}
