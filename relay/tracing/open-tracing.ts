import { RelayError } from '../errors.ts'
import type { FinishedSpan, SpanReference, Tracing } from './contract.ts'

export interface TracingOptions {
  /** Where OTLP/HTTP is taken: `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string
  /** Of all traces, those that are sent: 1 to 100. */
  readonly percent: number
  readonly version: string
  /** Told when the collector cannot be reached, and when it can again. */
  onState(failure: Error | undefined): void
}

/** Milliseconds. */
const [exportPatience, stopPatience] = [5000, 2000]

/**
 * Traces by the OpenTelemetry SDK, which is loaded here alone and only when it is asked for. What the collector wants in header fields, such
 * as a key, the SDK reads from OTEL_EXPORTER_OTLP_HEADERS, and its name for this service is OTEL_SERVICE_NAME. `tracing_unavailable` where its packages are not installed.
 */
export async function openTracing({ endpoint, percent, version, onState }: TracingOptions): Promise<Tracing> {
  const { api, core, exporting, resources, sdk } = await load()
  const exporter = new exporting.OTLPTraceExporter({ url: endpoint, timeoutMillis: exportPatience })
  let failing = false
  const watched: InstanceType<typeof sdk.InMemorySpanExporter>['export'] = (spans, done) =>
    exporter.export(spans, (result) => {
      const isFailure = result.code === core.ExportResultCode.FAILED
      if (isFailure !== failing) onState(isFailure ? (result.error ?? new Error('it did not say why')) : undefined)
      failing = isFailure
      done(result)
    })
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME ?? 'login-relay', 'service.version': version }),
    sampler: {
      // By chance: neither a client's mark nor the id that it gives its trace says what is sent.
      shouldSample: () => ({ decision: Math.random() * 100 < percent ? sdk.SamplingDecision.RECORD_AND_SAMPLED : sdk.SamplingDecision.NOT_RECORD }),
    },
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter: { export: watched, shutdown: () => exporter.shutdown(), forceFlush: () => exporter.forceFlush() } }),
    ],
  })
  const tracer = provider.getTracer('login-relay', version)
  const kinds = { server: api.SpanKind.SERVER, internal: api.SpanKind.INTERNAL }

  return {
    record({ name, kind, begun, ended, attributes, failure, traceparent, events = [], links = [] }: FinishedSpan): SpanReference {
      const parent = traceparent === undefined ? null : core.parseTraceParent(traceparent)
      const context = parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true })
      const linked = links.map((link) => ({ context: link }))
      const span = tracer.startSpan(name, { kind: kinds[kind], startTime: begun, attributes: attributes as Record<string, string>, links: linked }, context)
      for (const event of events) span.addEvent(event.name, event.at)
      if (failure !== undefined) {
        span.setAttribute('error.type', failure)
        span.setStatus({ code: api.SpanStatusCode.ERROR })
      }
      span.end(ended)
      return span.spanContext()
    },
    async stop() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, stopPatience).unref())
      await Promise.race([provider.shutdown().catch(() => {}), late])
    },
  }
}

async function load() {
  try {
    const [api, core, exporting, resources, sdk] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/core'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ])
    return { api, core, exporting, resources, sdk }
  } catch (cause) {
    throw new RelayError('tracing_unavailable', { cause })
  }
}
