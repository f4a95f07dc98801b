import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { megabytes, memoryOf } from '../memory.ts'
import { startBareTls } from '../proxy/bare.ts'
import { loaded } from '../proxy/measure.ts'
import type { Way } from '../proxy/subject.ts'
import { startProcess, stopProcess } from '../start-process.ts'
import { startHolding } from './holding.ts'
import { type Protocol, WebSockets } from './open-web-sockets.ts'
import type { WebSocketSite } from './site-process.ts'

const count = 1000
/** Opened at once. */
const atOnce = 20
/** Seconds of requests before: the memory that any traffic brings along is there for WebSockets, too. */
const used = 4

/** What carries them, and what is spoken with the client and with the site. */
interface Carried {
  readonly name: string
  readonly client: Protocol
  readonly site: Protocol
  readonly through: 'relay' | 'bare TLS'
}

const ways: readonly Carried[] = [
  { name: 'HTTP/2 with client and site', client: 'h2', site: 'h2', through: 'relay' },
  { name: 'HTTP/2 with the client, HTTP/1.1 with the site', client: 'h2', site: 'http/1.1', through: 'relay' },
  { name: 'HTTP/1.1 with the client, HTTP/2 with the site', client: 'http/1.1', site: 'h2', through: 'relay' },
  { name: 'HTTP/1.1 with client and site', client: 'http/1.1', site: 'http/1.1', through: 'relay' },
  { name: 'two TLS connections each in a Node program that does nothing else', client: 'http/1.1', site: 'http/1.1', through: 'bare TLS' },
]

/** What idle WebSockets through the proxy take of its memory; over HTTP/2 a hundred share a connection. */
export async function benchWebSockets(): Promise<readonly string[]> {
  const lines: string[] = []
  for (const way of ways) lines.push(await measure(way))
  return lines
}

async function measure({ name, client, site: spoken, through }: Carried): Promise<string> {
  const [site, { port, ca }] = await startProcess<WebSocketSite>(new URL('site-process.ts', import.meta.url), spoken)
  try {
    const carrier = through === 'relay' ? await startHolding({ port, ca }, 1) : await startBareTls({ ca })
    try {
      return `${count} idle WebSockets, ${name}: ${await fill(carrier, port, client)}`
    } finally {
      await stopProcess(carrier.child)
    }
  } finally {
    await stopProcess(site)
  }
}

async function fill(
  { child, proxy, ca }: { readonly child: ChildProcess; readonly proxy: Way; readonly ca: string },
  port: number,
  client: Protocol,
): Promise<string> {
  const webSockets = new WebSockets({ proxy, ca, port }, client)
  try {
    await loaded({ proxy, ca }, { port }, { path: '/page', connections: 16, seconds: used, hosts: [webSockets.host] })
    await webSockets.open(atOnce)
    await webSockets.close()
    const before = await memoryOf(child)
    const opened: Duplex[] = []
    while (opened.length < count) opened.push(...(await webSockets.open(atOnce)))
    const after = await memoryOf(child, count)
    return `${megabytes(after.rss - before.rss)} MB more resident (${megabytes(before.rss)} MB before), heap ${megabytes(after.heapUsed - before.heapUsed)} MB more`
  } finally {
    await webSockets.close()
  }
}
