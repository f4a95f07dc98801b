import { RelayError } from '../../errors.ts'
import type { Destination, HttpAgent, Outbound } from '../../outbound/index.ts'

/** A sign-in takes part at few origins. */
const mostOrigins = 6

/**
 * The agent of a probe: it goes where redirects lead, to other origins too, because a probe is how these are found. It holds no secret
 * and no account. An origin in an inner network is reached only where the first one is in such a network itself: an outside
 * site cannot lead the relay inside.
 */
export class ProbeAgent implements HttpAgent {
  readonly origins: string[] = []
  networks: Destination['networks'] = []
  readonly #outbound: Outbound
  readonly #id: string
  readonly #ca: string | undefined
  readonly #allowed: Destination['networks'] | undefined
  readonly #agents = new Map<string, HttpAgent>()

  constructor(outbound: Outbound, options: { id: string; ca?: string | undefined; allowed?: Destination['networks'] | undefined }) {
    this.#outbound = outbound
    this.#id = options.id
    this.#ca = options.ca
    this.#allowed = options.allowed
  }

  send: HttpAgent['send'] = async (request) => {
    const { origin } = request.url
    const agent = this.#agents.get(origin) ?? (await this.#agentFor(request.url))
    return agent.send(request)
  }

  beginAttempt(): void {}

  scrub(text: string): string {
    return text
  }

  get networkMs(): number {
    return [...this.#agents.values()].reduce((sum, { networkMs }) => sum + networkMs, 0)
  }

  async #agentFor({ origin, hostname }: URL): Promise<HttpAgent> {
    if (this.origins.length >= mostOrigins) throw new RelayError('site_redirects', { params: { site: this.#id } })
    const found = await this.#outbound.networksOf(hostname)
    const allowed = this.#allowed ?? (this.origins.length === 0 ? found : this.networks)
    const outside = found.find((network) => !allowed.includes(network))
    if (outside !== undefined) {
      throw new RelayError('destination_refused', { params: { host: origin, reason: `it is in a ${outside} network, where ${this.#id} is not` } })
    }
    this.networks = [...new Set([...this.networks, ...found])]
    this.origins.push(origin)
    const destination = { id: this.#id, origins: [origin], networks: found, ...(this.#ca === undefined ? {} : { ca: this.#ca }) }
    const agent = this.#outbound.agent(destination)
    this.#agents.set(origin, agent)
    return agent
  }
}
