import { request } from 'node:http'
import type { Socket } from 'node:net'
import { RelayError } from '../../errors.ts'
import { siteError } from '../exchange/site-error.ts'

export interface EndpointCheck {
  /** Names the site in errors. */
  readonly site: string
  readonly origin: string
  /** Asked for, where there is one. */
  readonly path: string | undefined
  /** Opens a connection on which the site has proved its identity. */
  open(signal: AbortSignal): Promise<Socket>
  readonly signal: AbortSignal
}

/** One look at an endpoint, on a connection of its own. Resolves with the milliseconds it took; rejects with a RelayError that says what is wrong. */
export async function checkEndpoint({ site, origin, path, open, signal }: EndpointCheck): Promise<number> {
  const begun = performance.now()
  let socket: Socket | undefined
  try {
    socket = await open(signal)
    const status = path === undefined ? 200 : await statusOf({ site, origin, path, signal }, socket)
    if (status >= 500) throw new RelayError('site_down', { params: { site, reason: `its health page answered ${status}` } })
    return performance.now() - begun
  } catch (error) {
    throw siteError(site, signal.aborted ? signal.reason : error)
  } finally {
    socket?.destroy()
  }
}

type Question = Pick<EndpointCheck, 'site' | 'origin' | 'signal'> & { readonly path: string }

function statusOf({ site, origin, path, signal }: Question, socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Host: origin.slice(origin.indexOf('//') + 2), 'User-Agent': 'login-relay', Accept: '*/*', Connection: 'close' }
    request({ path, headers, signal, createConnection: () => socket, insecureHTTPParser: false, maxHeaderSize: 65_536 })
      .on('error', reject)
      .on('response', ({ statusCode = 0 }) => resolve(statusCode))
      // An answer of 101 is neither to Node.
      .on('close', () => reject(new RelayError('site_down', { params: { site, reason: 'its health page gave no answer' } })))
      .end()
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
