import { randomBytes } from 'node:crypto'
import { asRelayError, RelayError } from '../errors.ts'
import { pacHosts } from '../pac-file.ts'
import { Copies, type SessionCopy } from './copies.ts'
import { openDirect } from './direct.ts'
import type { Enrolment, Enrolments } from './enrolments.ts'
import type { FirstHead } from './first-head.ts'
import { LocalProxy, type Onward } from './local-proxy.ts'
import { RelayLink } from './relay-link.ts'
import { Relays } from './relays.ts'
import { renew } from './renewal.ts'
import { announceConnect, withdrawConnect } from './running-connect.ts'

export interface ConnectOptions {
  readonly enrolments: Enrolments
  /** Addresses of relays, in the order of preference; none: all that this client is enrolled at, in the order of enrolment. */
  readonly relays: readonly string[]
  /** HOST:PORT on loopback. */
  readonly listen: string
  /** For the person who runs it. */
  readonly say: (text: string) => void
  /** Milliseconds since 1970, for tests; default: the system's. */
  readonly now?: () => number
}

/** So often the hosts and certificates are looked at. Milliseconds. */
const tendEvery = 60_000

/** What `connect status` tells. */
export interface ConnectState {
  /** HOST:PORT of the local proxy. */
  readonly listen: string
  /** The relay that new connections go to; absent: none is there. */
  readonly current?: string
  readonly connections: number
  readonly relays: readonly {
    readonly address: string
    readonly device: string
    readonly state: string
    /** Milliseconds since 1970. */
    readonly since: number
    readonly certificateUntil: number
    /** Why it is not up. */
    readonly problem?: string
  }[]
}

export interface Connect {
  /** Listens, and has looked at each relay once. `not_enrolled`, `port_taken`. */
  start(): Promise<void>
  stop(): Promise<void>
  /** HOST:PORT of the local proxy. */
  readonly address: string
  readonly state: () => ConnectState
}

export async function createConnect(options: ConnectOptions): Promise<Connect> {
  return new Client(options, await chosen(options))
}

class Client implements Connect {
  readonly #options: ConnectOptions
  readonly #now: () => number
  readonly #relays: Relays
  readonly #proxy: LocalProxy
  readonly #token = randomBytes(32).toString('base64url')
  #hosts: readonly string[] = []
  readonly #copies: Copies
  #current: RelayLink | undefined
  #isRunning = false
  #tending: NodeJS.Timeout | undefined
  readonly #renewing = new Set<RelayLink>()

  constructor(options: ConnectOptions, enrolments: readonly Enrolment[]) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#copies = new Copies(options.enrolments.folder)
    this.#relays = new Relays(
      enrolments.map(
        (enrolment) => new RelayLink(enrolment, { onChange: (link) => this.#onChange(link), onSilence: (link) => this.#proxy.endSilent(link, link.since) }),
      ),
    )
    const facts = { hosts: () => this.#hosts, token: this.#token, state: () => this.state() }
    this.#proxy = new LocalProxy({ listen: options.listen, open: (head) => this.#open(head), facts })
  }

  async start(): Promise<void> {
    await this.#proxy.start()
    this.#isRunning = true
    // Where no relay is there to be asked, browsers still come for the sites whose sessions are kept.
    this.#hosts = pacHosts((await this.#kept()).flatMap(({ origins }) => origins))
    await announceConnect(this.#options.enrolments.folder, { pid: process.pid, listen: this.address, token: this.#token })
    await this.#relays.start()
    this.#sayCurrent()
    this.#tending = setInterval(() => {
      for (const link of this.#relays.links) if (link.state === 'up') void this.#tend(link)
    }, tendEvery).unref()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    clearInterval(this.#tending)
    await this.#proxy.stop()
    await this.#relays.stop()
    await withdrawConnect(this.#options.enrolments.folder, this.#token)
  }

  get address(): string {
    return this.#proxy.address
  }

  readonly state = (): ConnectState => {
    const current = this.#relays.current?.enrolment.address
    return {
      listen: this.address,
      ...(current === undefined ? {} : { current }),
      connections: this.#proxy.connections,
      relays: this.#relays.links.map(({ enrolment, state, since, error, certificate }) => ({
        address: enrolment.address,
        device: enrolment.device,
        state,
        since,
        certificateUntil: certificate.endsAt,
        ...(error === undefined ? {} : { problem: error.message }),
      })),
    }
  }

  async #open(head: FirstHead): Promise<Onward> {
    try {
      const { socket, link } = await this.#relays.dial()
      return { socket, relay: link, first: head.bytes }
    } catch (error) {
      const direct = await openDirect(head, await this.#kept())
      if (direct === undefined) throw error
      return direct
    }
  }

  /** What the relays let this device keep, the preferred one's first. */
  async #kept(): Promise<SessionCopy[]> {
    const kept = await this.#copies.read()
    return this.#relays.links.flatMap(({ enrolment }) => kept[enrolment.address] ?? [])
  }

  #onChange(link: RelayLink): void {
    if (!this.#isRunning) return
    const { state, error, enrolment } = link
    this.#options.say(state === 'up' ? `The relay at ${enrolment.address} is there.` : `${error?.message} ${error?.next}`)
    if (state === 'up') void this.#tend(link)
    // A relay that does not take this device any more has taken its leave back.
    if (state === 'refused') void this.#copies.replace(enrolment.address, []).catch(() => {})
    this.#sayCurrent()
  }

  #sayCurrent(): void {
    const { current, links } = this.#relays
    if (current === this.#current || links.some(({ state }) => state === 'unknown')) return
    this.#current = current
    this.#options.say(current === undefined ? 'No relay can be used now.' : `New connections go to ${current.enrolment.address}.`)
  }

  /** What is asked of a relay that is there, now and then. */
  async #tend(link: RelayLink): Promise<void> {
    await this.#learnHosts(link)
    await this.#keepCopies(link)
    if (link.certificate.renewAt > this.#now() || this.#renewing.has(link)) return
    this.#renewing.add(link)
    const { address } = link.enrolment
    try {
      await renew(link, this.#options.enrolments, this.#proxy)
      this.#options.say(`The certificate for ${address} was renewed: good until ${new Date(link.certificate.endsAt).toISOString().slice(0, 10)}.`)
    } catch (error) {
      const { message } = asRelayError(error)
      this.#options.say(`The certificate for ${address} could not be renewed: ${message} It is tried again; the present one is good until it ends.`)
    } finally {
      this.#renewing.delete(link)
    }
  }

  /** The sessions as they are now; what may not be kept any more, or has ended, goes. */
  async #keepCopies(link: RelayLink): Promise<void> {
    try {
      await this.#copies.replace(link.enrolment.address, await link.call<SessionCopy[]>('GET', '/api/v1/copies'))
    } catch {
      // It is asked again in a minute; a relay that refuses this device is told of above.
    }
  }

  /** What the browser is to send here. */
  async #learnHosts(link: RelayLink): Promise<void> {
    const sites = await link.call<{ origins: string[] }[]>('GET', '/api/v1/sites').catch(() => undefined)
    if (sites !== undefined) this.#hosts = [...new Set([...this.#hosts, ...pacHosts(sites.flatMap(({ origins }) => origins))])]
  }
}

async function chosen({ enrolments, relays }: ConnectOptions): Promise<Enrolment[]> {
  const all = await enrolments.list()
  if (all.length === 0) throw new RelayError('not_enrolled', { params: { what: 'no relay' } })
  if (relays.length === 0) return all
  return relays.map((address) => {
    const found = all.find((one) => one.address === address)
    if (found === undefined)
      throw new RelayError('not_enrolled', { params: { what: `other relays than ${address}: ${all.map((one) => one.address).join(', ')}` } })
    return found
  })
}
