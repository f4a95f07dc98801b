import { request as send } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { type BusinessSite, type ReceivedRequest, type SiteOptions, serve } from './serve.ts'

/** What befalls a site from one moment to the next. */
export type Trouble =
  /** Takes ten seconds for an answer. */
  | 'slow'
  /** Closes every connection without a word. */
  | 'down'
  /** Answers 503 from the moment on that the site has the password, and to that request too. */
  | 'down-afterwards'
  /** Its pages were made anew: no password field in the form, no HTTP authentication, its API elsewhere. */
  | 'layout-changed'

export interface Front extends BusinessSite {
  trouble: Trouble | undefined
  /** For `down-afterwards`. */
  hasPassword: () => boolean
}

/** A server in front of another one, by which trouble comes over it. Its login page is the other's. `host`: the name it has. */
export async function startFront(behind: { readonly url: string; readonly origin: string }, options: SiteOptions & { trouble?: Trouble } = {}): Promise<Front> {
  const site = await serve(async (request, response) => {
    if (front.trouble === 'slow') await wait(10_000, undefined, { ref: false })
    // Whoever asked has given up meanwhile.
    if (response.destroyed) return undefined
    if (front.trouble === 'down') {
      response.destroy()
      return undefined
    }
    const isApi = String(request.headers['content-type']).includes('json') || (request.method === 'POST' && request.path.startsWith('/api/'))
    if (front.trouble === 'layout-changed' && isApi) return { status: 404, body: '<!doctype html><title>Not found</title>' }
    const { status, headers, body } = await pass(behind.origin, request)
    if (front.trouble === 'down-afterwards' && front.hasPassword()) return { status: 503, body: '<!doctype html><title>Under maintenance</title>' }
    if (front.trouble !== 'layout-changed') return { status, headers, body }
    const { 'www-authenticate': _, 'content-length': __, ...others } = headers
    return {
      status: status === 401 ? 200 : status,
      headers: others,
      body: Buffer.from(withoutPasswordFields(body.toString('latin1')), 'latin1'),
    }
  }, options)
  const front: Front = { ...site, url: behind.url.replace(behind.origin, site.origin), trouble: options.trouble, hasPassword: () => false }
  return front
}

/** In markup, and in a script that makes the field. */
function withoutPasswordFields(text: string): string {
  return text.replaceAll(/type="?password"?|autocomplete="\w+"/g, '').replaceAll("type: 'password'", "type: 'text'")
}

interface Passed {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: Buffer
}

function pass(origin: string, { method, path, headers, body }: ReceivedRequest): Promise<Passed> {
  return new Promise((resolve, reject) => {
    const outgoing = send(origin + path, { method, headers }, async (incoming) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const { 'transfer-encoding': _, connection: __, ...kept } = incoming.headers
      resolve({ status: incoming.statusCode ?? 502, headers: kept as Passed['headers'], body: Buffer.concat(chunks) })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
