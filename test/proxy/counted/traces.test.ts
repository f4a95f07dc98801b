import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { openTracing } from '../../../relay/tracing/index.ts'
import { until } from '../../until.ts'
import { dialTunnel, readAll } from '../raw-client.ts'
import { startRecordingOrigin } from '../recording-origin.ts'
import { startHouse } from '../start-house.ts'

/** A span of OTLP (opentelemetry-proto, trace.proto), in JSON. */
interface OtlpSpan {
  readonly name: string
  readonly kind: number
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, string | number>> }[]
  readonly events: readonly { readonly name: string }[]
  readonly links: readonly { readonly spanId: string }[]
  readonly status: { readonly code: number }
}

interface Collector {
  readonly endpoint: string
  /** All that came, as text. */
  readonly said: () => string
  readonly spans: () => readonly OtlpSpan[]
  readonly keys: () => readonly (string | undefined)[]
}

/** Takes OTLP over HTTP as a collector does. */
async function startCollector(t: Test): Promise<Collector> {
  const bodies: string[] = []
  const keys: (string | undefined)[] = []
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        bodies.push(Buffer.concat(chunks).toString())
        keys.push(req.headers['x-key'] as string | undefined)
        res.setHeader('Content-Type', 'application/json').end('{}')
      })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    said: () => bodies.join('\n'),
    spans: () =>
      bodies.flatMap((body) => {
        const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }
        return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
      }),
    keys: () => keys,
  }
}

function attributesOf({ attributes }: OtlpSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

function milliseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1_000_000n)
}

const clientTrace = '4bf92f3577b34da6a3ce929d0e0e4736'
const clientSpan = '00f067aa0ba902b7'

t.test("requests and sign-ins come to the collector as spans, tied to each other and to the client's trace, without query, cookie or password", async (t) => {
  process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-key=canary-of-the-collector'
  t.teardown(() => delete process.env.OTEL_EXPORTER_OTLP_HEADERS)
  const collector = await startCollector(t)
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { tracing: { endpoint: collector.endpoint } } })
  const ask = async (path: string, fields = ''): Promise<void> => {
    const socket = await dialTunnel(house.access, house.tunnelTo(origin))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${origin.host}\r\n${fields}Connection: close\r\n\r\n`)
    await readAll(socket)
  }
  await ask('/first?token=canary-in-a-query', `Cookie: c=canary-in-a-cookie\r\ntraceparent: 00-${clientTrace}-${clientSpan}-01\r\n`)
  await ask('/second')
  await house.stop()

  const spans = collector.spans()
  const named = (path: string) => spans.find((span) => attributesOf(span)['url.path'] === path)
  const [first, second, signIn] = [named('/first'), named('/second'), spans.find(({ name }) => name === 'sign in')]
  if (first === undefined || second === undefined || signIn === undefined) throw new Error(collector.said())
  t.match(attributesOf(first), {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'server.address': origin.host,
    'login_relay.device': house.device.name,
    'login_relay.user': 'ann',
    'login_relay.site': 'erp',
    'login_relay.account': 'erp',
    'login_relay.outcome': 'site',
  })
  t.match(first, { kind: 2, traceId: clientTrace, parentSpanId: clientSpan })
  t.same(
    first.links.map(({ spanId }) => spanId),
    [signIn.spanId],
    'it waited for the sign-in',
  )
  t.same(second.links, [], 'this one did not')
  t.not(second.traceId, clientTrace)
  const within = [first.startTimeUnixNano, signIn.startTimeUnixNano, signIn.endTimeUnixNano, first.endTimeUnixNano].map(milliseconds)
  t.same(
    within.toSorted((a, b) => a - b),
    within,
  )
  t.same(
    signIn.events.map(({ name }) => name),
    ['page', 'form', 'send', 'evidence', 'done'],
  )
  t.notMatch(collector.said(), /canary|"pw"/)
  t.match(collector.keys(), ['canary-of-the-collector'])
})

t.test('a client does not steer which traces are sent, by the id that it gives its trace or by its mark', async (t) => {
  const { endpoint } = await startCollector(t)
  const tracing = await openTracing({ endpoint, percent: 50, version: '0', onState: () => {} })
  t.teardown(() => tracing.stop())
  const sent = (traceparent: string): number => {
    const spans = Array.from({ length: 400 }, () => tracing.record({ name: 'GET', kind: 'server', begun: 1, ended: 2, attributes: {}, traceparent }))
    t.ok(spans.every(({ traceId }) => traceparent.includes(traceId)))
    return spans.filter(({ traceFlags }) => (traceFlags & 1) === 1).length
  }
  for (const id of ['0'.repeat(31).concat('1'), 'f'.repeat(31).concat('0')]) {
    for (const mark of ['00', '01']) {
      const count = sent(`00-${id}-${clientSpan}-${mark}`)
      t.ok(count > 100 && count < 300, `${count} of 400 with ${id} and ${mark}`)
    }
  }
})

t.test('a collector that does not answer holds nothing up, and is told of once', async (t) => {
  const origin = await startRecordingOrigin(t)
  const house = await startHouse(t, { origins: [origin], config: { tracing: { endpoint: 'http://127.0.0.1:1/v1/traces' } } })
  const socket = await dialTunnel(house.access, house.tunnelTo(origin))
  socket.write(`GET /page HTTP/1.1\r\nHost: ${origin.host}\r\nConnection: close\r\n\r\n`)
  t.match((await readAll(socket)).text, /^HTTP\/1\.1 200 /)
  const told = (): number => house.logged().split('the collector does not take traces').length - 1
  await until(() => told() > 0, 'a word of the collector')
  await house.stop()
  t.equal(told(), 1)
})
