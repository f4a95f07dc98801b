import type { ErrorRow } from './row.ts'

/** Of a relay that is to start, or to be found. */
export const runningErrors = {
  port_taken: {
    status: 500,
    exit: 1,
    text: 'The address {address} is in use.',
    next: 'Stop what listens there, or set `{key}` in relay.yaml to another address.',
  },
  relay_not_running: { status: 503, exit: 1, text: 'No relay runs on this data directory.', next: 'Start it with `login-relay serve`; this command needs it.' },
  tracing_unavailable: {
    status: 500,
    exit: 1,
    text: 'Traces are asked for (tracing.endpoint in relay.yaml), and the packages of OpenTelemetry that send them are not installed.',
    next: 'Install them beside login-relay: npm install @opentelemetry/api @opentelemetry/core @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources @opentelemetry/sdk-trace; or take tracing.endpoint out.',
  },
} as const satisfies Record<string, ErrorRow>
