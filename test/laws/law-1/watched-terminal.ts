import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Visitor } from '../../portal/visitor.ts'
import { curl } from '../../proxy/curl.ts'
import type { StartedRelay } from '../../start-relay.ts'

export interface Received {
  readonly what: string
  readonly bytes: Buffer
}

export interface Heard {
  readonly status: number
  readonly location: string | null
  readonly text: string
}

/** A terminal nobody trusts: a browser at the portal, a tool at the API, a client of the proxy. Everything that comes to it is kept. */
export class WatchedTerminal {
  readonly received: Received[] = []
  readonly browser: Visitor
  readonly #relay: StartedRelay

  constructor(relay: StartedRelay) {
    this.#relay = relay
    this.browser = new WatchedVisitor(relay.portalUrl, this.received)
  }

  /** A request to the API. `authorization`: a whole value. */
  async api(authorization: string, method: string, path: string, body?: unknown): Promise<Heard> {
    const answer = await fetch(`${this.#relay.portalUrl}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const content = Buffer.from(await answer.arrayBuffer())
    this.received.push({ what: `${method} ${path}`, bytes: Buffer.concat([headerBytes(answer.headers), content]) })
    return { status: answer.status, location: answer.headers.get('location'), text: content.toString() }
  }

  /** curl through the proxy, as a device (NAME:TOKEN) or, with '', as nobody. */
  async proxied(device: string, url: string, ...args: string[]): Promise<Heard> {
    const trusted = join(this.#relay.folder, 'terminal-trusts.pem')
    await writeFile(trusted, this.#relay.certificateAuthority.pem())
    const proxy = `http://${device === '' ? '' : `${device}@`}${this.#relay.proxy.address}`
    const { out, err } = await curl('--verbose', '--include', '--suppress-connect-headers', '--cacert', trusted, '--proxy', proxy, ...args, url)
    this.received.push({ what: `${url} through the proxy`, bytes: Buffer.from(out + err, 'latin1') })
    return { status: Number(/^HTTP\/[\d.]+ (\d{3})/.exec(out)?.[1] ?? 0), location: /^location: (.*)\r$/im.exec(out)?.[1] ?? null, text: out }
  }

  /** Listens to the stream of events until the test ends. */
  async listen(t: Test, authorization: string): Promise<void> {
    const ending = new AbortController()
    const answer = await fetch(`${this.#relay.portalUrl}/api/v1/events`, { headers: { authorization }, signal: ending.signal })
    const reading = (async () => {
      for await (const bytes of answer.body ?? []) this.received.push({ what: 'the event stream', bytes: Buffer.from(bytes) })
    })().catch(() => {})
    t.teardown(async () => {
      ending.abort()
      await reading
    })
  }

  /** Everything that came in one stream: what was cut between two pieces of it is found too. */
  get stream(): Buffer {
    return Buffer.concat(this.received.filter(({ what }) => what === 'the event stream').map(({ bytes }) => bytes))
  }
}

class WatchedVisitor extends Visitor {
  readonly #received: Received[]

  constructor(base: string, received: Received[]) {
    super(base)
    this.#received = received
  }

  override async send(...args: Parameters<Visitor['send']>): ReturnType<Visitor['send']> {
    const visit = await super.send(...args)
    this.#received.push({ what: `${args[0]} ${args[1]}`, bytes: Buffer.concat([headerBytes(visit.headers), Buffer.from(visit.body)]) })
    return visit
  }
}

function headerBytes(headers: Headers): Buffer {
  // Headers hold latin1: bytes as they came.
  return Buffer.from([...headers].map(([name, value]) => `${name}: ${value}\n`).join(''), 'latin1')
}
