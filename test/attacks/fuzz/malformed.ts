import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { connect } from 'node:tls'
import { mutate } from './mutate.ts'
import type { Random } from './random.ts'

/** Where bytes are thrown at. */
export type Door =
  /** The proxy's own port: messages of HTTP/1.1. */
  | 'proxy'
  /** Its TLS listener: TLS records. */
  | 'tls-listener'
  /** An intercepted tunnel, where TLS is due: TLS records. */
  | 'tunnel'
  /** HTTP/1.1 inside TLS inside a tunnel. */
  | 'inside'
  /** Frames of HTTP/2 there. */
  | 'frames'

export interface Piece {
  readonly door: Door
  readonly bytes: Buffer
}

export interface Aim {
  /** HOST:PORT of an enrolled https site. */
  readonly authority: string
  /** A device's Proxy-Authorization. */
  readonly authorization: string
}

/** How often each door is tried, of twenty. A handshake costs more than all the rest. */
const doors: readonly Door[] = [
  ...Array<Door>(12).fill('proxy'),
  'tls-listener',
  'tls-listener',
  'tls-listener',
  'tunnel',
  'tunnel',
  'tunnel',
  'inside',
  'frames',
]

/** Malformed messages and records without end, the same for the same numbers. */
export async function malformed({ authority, authorization }: Aim, random: Random): Promise<() => Piece> {
  const known = `Proxy-Authorization: ${authorization}\r\n`
  const inside = [
    `GET /a HTTP/1.1\r\nHost: ${authority}\r\nAccept: text/html\r\nCookie: a=b\r\n\r\n`,
    `POST /a HTTP/1.1\r\nHost: ${authority}\r\nContent-Length: 5\r\n\r\nhello`,
    `POST /a HTTP/1.1\r\nHost: ${authority}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    `GET /a HTTP/1.1\r\nHost: ${authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  ]
  const outside = [
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${known}\r\n`,
    `GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n${known}\r\n`,
    `POST http://relay.pac/accounts HTTP/1.1\r\nHost: relay.pac\r\n${known}Content-Length: 7\r\n\r\nsite=ab`,
    `POST http://other.test/ HTTP/1.1\r\nHost: other.test\r\n${known}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    'GET http://relay.pac/ HTTP/1.1\r\nHost: relay.pac\r\n\r\n',
    ...inside,
  ]
  const [insideBytes, outsideBytes] = [inside, outside].map((texts) => texts.map((text) => Buffer.from(text, 'latin1'))) as [Buffer[], Buffer[]]
  const hello = await clientHello(authority.slice(0, authority.lastIndexOf(':')))
  const make: Readonly<Record<Door, () => Buffer>> = {
    proxy: () => mutate(random.one(outsideBytes), random),
    'tls-listener': () => records(hello, random),
    tunnel: () => records(hello, random),
    inside: () => mutate(random.one(insideBytes), random),
    frames: () => frames(random),
  }
  return () => {
    const door = random.one(doors)
    return { door, bytes: make[door]() }
  }
}

/** A client's first record, as a client of today writes it. */
async function clientHello(servername: string): Promise<Buffer> {
  const [near, far] = duplexPair()
  const client = connect({ socket: near, servername, ALPNProtocols: ['h2', 'http/1.1'] }).on('error', () => {})
  const [bytes] = (await once(far, 'data')) as [Buffer]
  client.destroy()
  return bytes
}

/** RFC 8446 section 5.1: a hello with something wrong, or records of any type, version and length, before or after it. */
function records(hello: Buffer, random: Random): Buffer {
  if (random.below(2) === 0) return mutate(hello, random)
  const record = (): Buffer => {
    const body = random.bytes(random.below(60))
    const length = random.below(3) === 0 ? random.below(65_536) : body.length
    return Buffer.concat([Buffer.from([random.one([20, 21, 22, 23, 24, random.below(256)]), 3, random.below(5), length >> 8, length & 255]), body])
  }
  return Buffer.concat([random.below(2) === 0 ? hello : record(), record(), record()])
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
/** SETTINGS, nothing in it. */
const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

/** RFC 9113 section 4.1: frames of any type, with any flags, on any stream; now and then a preface that is none. */
function frames(random: Random): Buffer {
  const frame = (): Buffer => {
    const body = random.bytes(random.below(40))
    const length = random.below(4) === 0 ? random.below(1 << 24) : body.length
    return Buffer.concat([Buffer.from([length >> 16, (length >> 8) & 255, length & 255, random.below(12), random.below(256), 0, 0, 0, random.below(6)]), body])
  }
  const all = Buffer.concat([preface, settings, ...Array.from({ length: 1 + random.below(6) }, frame)])
  return random.below(4) === 0 ? mutate(all, random) : all
}
