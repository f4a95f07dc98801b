import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { cookie } from './origin.ts'
import type { Way } from './subject.ts'

/** What the client of the bench is to do. */
export interface Load {
  readonly proxy?: Way
  readonly ca: string
  readonly port: number
  /** The connections are shared among them. */
  readonly hosts: readonly string[]
  readonly path: string
  readonly connections: number
  readonly seconds: number
}

export interface Answered {
  readonly requests: number
  /** Milliseconds, at the median. */
  readonly latency: number
}

// A process of its own that sends one request after the other on each connection. Its connections stand before it begins, so that none of
// it is handshakes; it reads no more of an answer than its length, so that it takes little of the processor from what is measured.
const load = JSON.parse(process.argv[2] ?? '') as Load
const chunked = Number.POSITIVE_INFINITY
const lastChunk = Buffer.from('0\r\n\r\n')
const times: number[] = []
let end = 0

const opened = await Promise.all(Array.from({ length: load.connections }, (_, at) => open(load.hosts[at % load.hosts.length] as string)))
process.send?.('ready')
await once(process, 'message')
end = performance.now() + load.seconds * 1000
await Promise.all(opened.map(ask))
times.sort((a, b) => a - b)
process.send?.({ requests: times.length, latency: times[times.length >> 1] ?? Number.NaN } satisfies Answered)
for (const { socket } of opened) socket.destroy()
process.disconnect()

interface Opened {
  readonly host: string
  readonly socket: TLSSocket
}

async function open(host: string): Promise<Opened> {
  const socket = load.proxy === undefined ? connectTcp({ port: load.port, host: '127.0.0.1', noDelay: true }) : await tunnel(load.proxy, host)
  const secure = connectTls({ socket, servername: host, ca: load.ca, ALPNProtocols: ['http/1.1'] })
  await once(secure, 'secureConnect')
  return { host, socket: secure }
}

async function tunnel({ port, authorization }: Way, host: string): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1', noDelay: true })
  const credentials = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`
  socket.write(`CONNECT ${host}:${load.port} HTTP/1.1\r\nHost: ${host}:${load.port}\r\n${credentials}\r\n`)
  let answer = ''
  // Some write it in several pieces.
  while (!answer.endsWith('\r\n\r\n')) answer += ((await once(socket, 'data')) as [Buffer])[0].toString('latin1')
  if (!answer.includes(' 200 ')) throw new Error(answer)
  return socket
}

/** Until the time is over. */
function ask({ host, socket }: Opened): Promise<void> {
  const fields = `Host: ${host}:${load.port}\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nCookie: ${cookie}\r\n`
  const request = Buffer.from(`GET ${load.path} HTTP/1.1\r\n${fields}\r\n`)
  return new Promise((resolve, reject) => {
    let [begun, awaited, came] = [0, 0, 0]
    const send = (): void => {
      begun = performance.now()
      awaited = 0
      came = 0
      socket.write(request)
    }
    socket.on('close', () => reject(new Error('a connection was closed')))
    socket.on('data', (chunk: Buffer) => {
      awaited ||= lengthOf(chunk)
      came += chunk.length
      if (awaited === chunked ? !chunk.subarray(-lastChunk.length).equals(lastChunk) : came < awaited) return
      const now = performance.now()
      times.push(now - begun)
      if (now < end) send()
      else resolve()
    })
    send()
  })
}

/** Of the whole answer whose head this is; `chunked`: its end tells. */
function lengthOf(chunk: Buffer): number {
  const endOfHead = chunk.indexOf('\r\n\r\n')
  const head = chunk.toString('latin1', 0, endOfHead)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  const isChunked = /^transfer-encoding: *chunked/im.test(head)
  if (!head.startsWith('HTTP/1.1 200') || (length === undefined && !isChunked)) throw new Error(`unexpected answer: ${head}`)
  return isChunked ? chunked : endOfHead + 4 + Number(length)
}
