/**
 * Outbound: the only room that opens connections outward. Destination rules on the resolved address of every
 * connection, TLS always verified, pools, and the one place where a secret's value meets a request.
 *
 * Between the two it makes of a secret what the page's script would: a hash, a ciphertext, a one-time code, an answer of HTTP Digest.
 *
 * Refuses: addresses a site is not enrolled for (so rebinding fails), cloud metadata, the relay's own ports,
 * a secret toward a foreign origin or twice in an attempt. Keeps law 2.
 */

export { type Derivation, derive, type Format, type Operation, operations } from '../derivation/index.ts'
export type {
  AgentRequest,
  AgentResponse,
  Destination,
  Encoding,
  EndSignal,
  ForwardRequest,
  ForwardResponse,
  HttpAgent,
  NewSecret,
  Outbound,
  Part,
  SecretSlot,
  TypingAgent,
} from './contract.ts'
export { createOutbound, type OutboundOptions } from './create-outbound.ts'
export { readClient, readRange } from './endpoints/client-ranges.ts'
export type { Endpoint, EndpointState, HealthRule, Route } from './endpoints/contract.ts'
export { readEndpointAddress } from './endpoints/endpoint-address.ts'
export { decompress } from './exchange/decompress.ts'
export { fieldValue, token } from './exchange/field-text.ts'
export { webSocketProof } from './http2/websocket-on-stream.ts'
export { createMailer, type Mail, type Mailer, type MailServer } from './mailer.ts'
export { readDigestChallenge } from './secrets/digest.ts'
export { encodeValue } from './secrets/encode-value.ts'
export { type LeftValue, patternOf } from './secrets/scrub.ts'
export { readTotpKey } from './secrets/totp.ts'
export type { UpstreamSettings } from './upstream/opener.ts'
