import type { SessionHeader } from '../../adapters/index.ts'
import type { HttpAgent, Part } from '../outbound/index.ts'

/** An agent that sends the headers of a session with every request, as the proxy does; a secret in them stays a handle. */
export function withSessionHeaders(agent: HttpAgent, headers: readonly SessionHeader[]): HttpAgent {
  if (headers.length === 0) return agent
  const lines = headers.map(({ name, value }) => [name, partsOf(name, value)] as const)
  return {
    send: (request) => agent.send({ ...request, headers: [...request.headers, ...lines] }),
    beginAttempt: () => agent.beginAttempt(),
    scrub: (text) => agent.scrub(text),
    get networkMs() {
      return agent.networkMs
    },
  }
}

function partsOf(name: string, value: SessionHeader['value']): string | readonly Part[] {
  if (typeof value === 'string') return value
  const { username, password } = value.basic
  return [Buffer.from('Basic '), { secret: password, field: name, encoding: { as: 'basic', username } }]
}
