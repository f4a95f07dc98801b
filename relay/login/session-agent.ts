import type { SessionHeader } from '../../adapters/index.ts'
import type { AgentRequest, HttpAgent, Part } from '../outbound/index.ts'
import { goesTo, headerParts } from './session-header.ts'

/** An agent that sends the headers of a session with every request, as the proxy does; a secret in them stays a handle. */
export function withSessionHeaders(agent: HttpAgent, headers: readonly SessionHeader[]): HttpAgent {
  if (headers.length === 0) return agent
  return {
    send: (request) => agent.send({ ...request, headers: [...request.headers, ...linesFor(request, headers)] }),
    beginAttempt: () => agent.beginAttempt(),
    scrub: (text) => agent.scrub(text),
    get networkMs() {
      return agent.networkMs
    },
  }
}

function linesFor({ url, headers: given }: AgentRequest, headers: readonly SessionHeader[]): (readonly [string, string | readonly Part[]])[] {
  const cookies = given.find(([name]) => name === 'cookie')?.[1]
  return headers.flatMap((header) => {
    const value = goesTo(header, url.origin) ? headerParts(header, typeof cookies === 'string' ? cookies : '') : undefined
    return value === undefined ? [] : [[header.name, value] as const]
  })
}
