import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBytes } from '../verb/client.ts'
import type { Fixture } from './fixture.ts'

type Exchange = Fixture['exchanges'][number]

/** A recorded site, answering again: each of its origins on a port of this machine. */
export interface RecordedSite {
  readonly url: string
  readonly origins: readonly string[]
  /** Requests to which nothing was recorded. */
  readonly unknown: readonly string[]
  stop(): Promise<void>
}

export async function startRecordedSite(fixture: Fixture): Promise<RecordedSite> {
  const recorded = [...new Set([fixture.url, ...fixture.exchanges.map(({ url }) => url)].map((url) => new URL(url).origin))]
  const servers = new Map<string, Server>()
  const live = new Map<string, string>()
  const unknown: string[] = []
  const used = new Set<Exchange>()

  for (const origin of recorded) {
    const server = createServer((request, response) => void answer(origin, request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    servers.set(origin, server)
    live.set(origin, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }
  const toLive = (text: string) => [...live].reduce((changed, [from, to]) => changed.replaceAll(from, to), text)

  async function answer(origin: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBytes(request)).toString()
    const wanted = new URL(request.url ?? '/', origin)
    const found = choose(fixture.exchanges, used, request.method ?? 'GET', wanted, body)
    if (found === undefined) {
      // What the look at a site asks every one for says nothing of the adapter.
      if (!wanted.pathname.startsWith('/.well-known/')) unknown.push(`${request.method} ${wanted.href}`)
      response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing was recorded for this request')
      return
    }
    used.add(found)
    response.statusCode = found.status
    for (const [name, value] of found.headers)
      if (!/^(?:content-length|content-encoding|transfer-encoding|connection)$/i.test(name)) response.appendHeader(name, toLive(withoutSecure(name, value)))
    response.end(found.base64 === true ? Buffer.from(found.body, 'base64') : toLive(found.body))
  }

  return {
    url: toLive(fixture.url),
    origins: [...live.values()],
    unknown,
    stop: async () => {
      await Promise.all(
        [...servers.values()].map((server) => {
          server.closeAllConnections()
          return new Promise((resolve) => server.close(resolve))
        }),
      )
    },
  }
}

/**
 * The first exchange of this request that was not used yet, else the last: one with fields only for the same fields, and of several those with
 * the most, for of an attempt that was refused the mistyped value is not kept.
 */
function choose(exchanges: readonly Exchange[], used: ReadonlySet<Exchange>, method: string, url: URL, body: string): Exchange | undefined {
  const same = exchanges.filter((one) => one.method === method && samePlace(new URL(one.url), url))
  const sent = new URLSearchParams(body)
  const holds = ({ fields }: Exchange) => Object.entries(fields ?? {}).every(([name, value]) => sent.get(name) === value || sentAsJson(body, name) === value)
  const size = ({ fields = {} }: Exchange) => Object.keys(fields).length
  const fitting = same.filter((one) => one.fields !== undefined && holds(one))
  const most = Math.max(...fitting.map(size))
  const candidates = fitting.length > 0 ? fitting.filter((one) => size(one) === most) : same.filter(({ fields }) => fields === undefined)
  return candidates.find((one) => !used.has(one)) ?? candidates.at(-1)
}

function samePlace(one: URL, other: URL): boolean {
  return one.pathname === other.pathname && [...one.searchParams.keys()].sort().join() === [...other.searchParams.keys()].sort().join()
}

function sentAsJson(body: string, name: string): unknown {
  try {
    return (JSON.parse(body) as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

/** The copy of the site speaks plain HTTP on this machine. */
function withoutSecure(name: string, value: string): string {
  if (name.toLowerCase() !== 'set-cookie') return value
  return value.replace(/;\s*(?:secure|domain=[^;]*|samesite=none)/gi, '').replace(/^__(?:Host|Secure)-/, '')
}
