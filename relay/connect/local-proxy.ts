import { createServer, type Server, type Socket } from 'node:net'
import { asRelayError, RelayError } from '../errors.ts'
import { boundAddress, listenAt, splitAddress } from '../listening.ts'
import { type FirstHead, readFirstHead } from './first-head.ts'
import { answerError, answerLocal, type LocalFacts } from './local-answers.ts'

export interface LocalProxyOptions {
  /** HOST:PORT; the host is loopback. */
  readonly listen: string
  /** Where a client's connection goes on: to a relay, or, with none, to a site. Throws RelayErrors. */
  readonly open: (head: FirstHead) => Promise<Onward>
  /** What is answered here. */
  readonly facts: Omit<LocalFacts, 'address'>
}

export interface Onward {
  readonly socket: Socket
  /** The relay at its other end. */
  readonly relay?: unknown
  /** What it is told first. */
  readonly first: Uint8Array
  /** What the client is told before anything comes from there. */
  readonly answer?: string
}

/** A connection that is led on. */
interface Led {
  readonly local: Socket
  readonly onward: Socket
  /** A tunnel's end is told by its ends; on any other connection another message may come. */
  readonly isTunnel: boolean
  readonly relay: unknown
  /** When anything passed; when anything came from the other end. Milliseconds since 1970. */
  lastAt: number
  lastInAt: number
}

/**
 * The proxy on this machine. Each connection goes whole, byte by byte, to one of its own to a relay, which judges every message on it. What is
 * asked of this program itself, not through it, is answered here: a page of anybody's can send such requests, and no others.
 */
export class LocalProxy {
  readonly #options: LocalProxyOptions
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #led = new Set<Led>()

  constructor(options: LocalProxyOptions) {
    this.#options = options
    this.#server = createServer({ noDelay: true }, (socket) => void this.#serve(socket))
  }

  /** `usage`: another address than loopback; `port_taken`. */
  async start(): Promise<void> {
    const { listen } = this.#options
    if (!isLoopback(splitAddress(listen).host))
      throw new RelayError('usage', {
        params: { problem: `${listen} is not an address of this machine alone: whoever reaches it is this device.`, verb: 'connect' },
      })
    await listenAt(this.#server, listen, '--listen')
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  /** HOST:PORT. */
  get address(): string {
    return boundAddress(this.#server) ?? this.#options.listen
  }

  /** How many connections are led on now. */
  get connections(): number {
    return this.#led.size
  }

  /** Ends connections by this relay from which nothing has come since then: who waits there asks again, by another. */
  endSilent(relay: unknown, since: number): void {
    for (const { local, relay: by, lastInAt } of this.#led) if (by === relay && lastInAt < since) local.destroy()
  }

  /** Ends connections by this relay, other than tunnels, that have been quiet for so long. Gives how many are left. */
  endQuiet(relay: unknown, milliseconds: number): number {
    let left = 0
    for (const { local, relay: by, isTunnel, lastAt } of this.#led) {
      if (isTunnel || by !== relay) continue
      if (Date.now() - lastAt >= milliseconds) local.destroy()
      else left++
    }
    return left
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket)
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket))
    const head = await readFirstHead(socket)
    if (head === undefined) return void socket.destroy()
    // RFC 9112 section 3.2.1: origin-form is for the server itself, absolute-form and authority-form are for a proxy.
    if (head.method !== 'CONNECT' && !/^https?:\/\//i.test(head.target)) return answerLocal(socket, head, { ...this.#options.facts, address: this.address })
    try {
      const onward = await this.#options.open(head)
      if (socket.destroyed) return void onward.socket.destroy()
      this.#lead(socket, onward, head)
    } catch (error) {
      answerError(socket, asRelayError(error))
    }
  }

  #lead(local: Socket, { socket: onward, relay, first, answer }: Onward, head: FirstHead): void {
    if (answer !== undefined) local.write(answer)
    if (first.length > 0) onward.write(first)
    const led: Led = { local, onward, isTunnel: head.method === 'CONNECT', relay, lastAt: Date.now(), lastInAt: Date.now() }
    this.#led.add(led)
    const note = (): void => {
      led.lastAt = Date.now()
    }
    local.on('data', note).on('close', () => {
      this.#led.delete(led)
      onward.destroy()
    })
    onward
      .on('data', () => {
        note()
        led.lastInAt = led.lastAt
      })
      .on('error', () => local.destroy())
      // What has come from there and waits for a slow client is still given to it.
      .on('close', () => local.destroySoon())
    onward.pipe(local)
    local.pipe(onward)
  }
}

function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
