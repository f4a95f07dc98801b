import { connect, type Socket } from 'node:net'
import { RelayError } from '../errors.ts'
import type { SessionCopy } from './copies.ts'
import type { FirstHead } from './first-head.ts'
import type { Onward } from './local-proxy.ts'

const patience = 10_000
const established = 'HTTP/1.1 200 Connection Established\r\n\r\n'

/**
 * The way past the relays, for a site whose session the browser holds itself (delivery `handoff`): a tunnel that nobody reads. Undefined: this
 * is no tunnel, or to no such site.
 */
export async function openDirect({ method, target, bytes }: FirstHead, copies: readonly SessionCopy[]): Promise<Onward | undefined> {
  if (
    method !== 'CONNECT' ||
    !copies.some((copy) => copy.delivery === 'handoff' && copy.origins.some((origin) => authorityOf(origin) === target.toLowerCase()))
  )
    return undefined
  const end = bytes.indexOf('\r\n\r\n') + 4
  return { socket: await reach(target), first: bytes.subarray(end), answer: established }
}

/** HOST:PORT of an https origin; undefined for another. */
function authorityOf(origin: string): string | undefined {
  const { protocol, hostname, port } = new URL(origin)
  return protocol === 'https:' ? `${hostname}:${port === '' ? 443 : port}` : undefined
}

function reach(authority: string): Promise<Socket> {
  const { hostname, port } = new URL(`https://${authority}`)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port === '' ? 443 : port), hostname.replace(/^\[|\]$/g, ''))
    const timer = setTimeout(() => socket.destroy(new Error('no answer in time')), patience)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', onError).setNoDelay(true)
      resolve(socket)
    })
    const onError = (cause: Error): void => {
      clearTimeout(timer)
      reject(new RelayError('relays_unreachable', { cause }))
    }
    socket.once('error', onError)
  })
}
