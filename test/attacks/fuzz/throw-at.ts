import type { Socket } from 'node:net'
import { dialHttp2 } from '../../proxy/http2/http2-client.ts'
import { answersIn, dialConnect, dialProxy, dialTunnel, type ProxyAccess, readAll } from '../../proxy/raw-client.ts'
import { malformed, type Piece } from './malformed.ts'
import { Random } from './random.ts'

export interface Throwing {
  readonly access: ProxyAccess
  /** HOST:PORT of the TLS listener. */
  readonly tlsAddress: string
  /** HOST:PORT of the site. */
  readonly authority: string
  /** The relay's CA. */
  readonly ca: string
  readonly count: number
  readonly seed: number
  /** A good request is made after so many pieces. */
  readonly goodEvery: number
  /** Connections at once. */
  readonly atOnce: number
}

export interface Thrown {
  /** Pieces that were answered, by status; 'closed', 'silent' for the others. */
  readonly outcomes: ReadonlyMap<string, number>
  /** Good requests that got their answer. */
  readonly good: number
}

/** What is incomplete is not answered; so long is waited for it. Milliseconds. */
const patience = 250

/** Throws malformed messages and records at a proxy, and asks for the site's `/good` now and then. Rejects when that is not answered. */
export async function throwAt(to: Throwing): Promise<Thrown> {
  const next = await malformed({ authority: to.authority, authorization: to.access.authorization }, new Random(to.seed))
  const outcomes = new Map<string, number>()
  let thrown = 0
  let good = 0
  const one = async (): Promise<void> => {
    while (thrown < to.count) {
      thrown++
      const isGoodDue = thrown % to.goodEvery === 0
      const outcome = await throwOne(next(), to)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      if (isGoodDue) {
        await askGood(to)
        good++
      }
    }
  }
  await Promise.all(Array.from({ length: to.atOnce }, one))
  return { outcomes, good }
}

async function askGood({ access, authority, ca }: Throwing): Promise<void> {
  const socket = await dialTunnel(access, { authority, ca })
  socket.write(`GET /good HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`)
  const { text } = await readAll(socket, { ms: 30_000 })
  if (answersIn(text)[0]?.status !== 200) throw new Error(`a good request was answered ${JSON.stringify(text.slice(0, 300))}`)
}

async function throwOne({ door, bytes }: Piece, to: Throwing): Promise<string> {
  const socket = await open(door, to)
  const outcome = outcomeOf(socket)
  socket.write(bytes)
  return outcome
}

async function open(door: Piece['door'], { access, tlsAddress, authority, ca }: Throwing): Promise<Socket> {
  const colon = tlsAddress.lastIndexOf(':')
  if (door === 'proxy') return dialProxy(access)
  if (door === 'tls-listener') return dialProxy({ ...access, host: tlsAddress.slice(0, colon), port: Number(tlsAddress.slice(colon + 1)) })
  if (door === 'tunnel') return dialConnect(access, authority)
  return door === 'frames' ? dialHttp2(access, { authority, ca }) : dialTunnel(access, { authority, ca })
}

function outcomeOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const settle = (outcome: string): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(outcome)
    }
    const timer = setTimeout(() => settle('silent'), patience)
    socket
      .once('data', (chunk: Buffer) => settle(/^HTTP\/1\.1 (\d{3}) /.exec(chunk.toString('latin1'))?.[1] ?? 'other bytes'))
      .once('close', () => settle('closed'))
  })
}
