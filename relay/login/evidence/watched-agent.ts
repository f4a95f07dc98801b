import type { AgentRequest, TypingAgent } from '../../outbound/index.ts'

/** What passed through an agent that matters for telling what happened. */
export interface Watch {
  /** Requests with a secret that began to be written, however they ended: a password may have left. */
  readonly secretsSent: number
  /** Values of the cookies that the site set. */
  readonly cookieValues: ReadonlySet<string>
}

/** Values beyond this many are not kept: a site that sets thousands of cookies tells them to nobody. */
const mostCookies = 500

/** The same agent, watched; `beforeFirst` is awaited before the first secret is sent, and nothing is sent where it fails. */
export class WatchedAgent implements TypingAgent, Watch {
  readonly cookieValues = new Set<string>()
  secretsSent = 0
  readonly #agent: TypingAgent
  readonly #beforeFirst: () => Promise<void> | undefined
  #announcement: Promise<void> | undefined

  constructor(agent: TypingAgent, beforeFirst: () => Promise<void> | undefined) {
    this.#agent = agent
    this.#beforeFirst = beforeFirst
  }

  send: TypingAgent['send'] = async (request) => {
    const response = await this.#agent.send(carriesSecret(request) ? await this.#announced(request) : request)
    for (const [name, line] of response.headers) if (name.toLowerCase() === 'set-cookie') this.#note(line)
    return response
  }

  type: TypingAgent['type'] = async (...given) => {
    await this.#announce()
    this.secretsSent += 1
    await this.#agent.type(...given)
  }

  beginAttempt(): void {
    this.#agent.beginAttempt()
  }

  scrub(text: string): string {
    return this.#agent.scrub(text)
  }

  get networkMs(): number {
    return this.#agent.networkMs
  }

  async #announced(request: AgentRequest): Promise<AgentRequest> {
    await this.#announce()
    return {
      ...request,
      onStart: () => {
        this.secretsSent += 1
      },
    }
  }

  #announce(): Promise<void> {
    this.#announcement ??= Promise.resolve(this.#beforeFirst())
    return this.#announcement
  }

  #note(line: string): void {
    const [pair = ''] = line.split(';', 1)
    const value = pair
      .slice(pair.indexOf('=') + 1)
      .trim()
      .replace(/^"|"$/g, '')
    if (this.cookieValues.size < mostCookies) this.cookieValues.add(value)
  }
}

function carriesSecret({ headers, query = [], body = [] }: AgentRequest): boolean {
  const parts = [...headers.flatMap(([, value]) => (typeof value === 'string' ? [] : value)), ...query, ...body]
  return parts.some((part) => !Buffer.isBuffer(part))
}
