/**
 * Traces of what the relay did, sent to an OpenTelemetry collector where one is configured.
 *
 * Holds no secret: spans have names, places, codes and times, never a query, a cookie or a header's value.
 * Refuses to start where the packages of OpenTelemetry are missing. Its connection to the collector, which an administrator names, is the
 * one that does not go by relay/outbound.
 */

export type { SpanReference, Tracing } from './contract.ts'
export { openTracing, type TracingOptions } from './open-tracing.ts'
