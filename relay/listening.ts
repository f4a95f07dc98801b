import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { RelayError } from './errors.ts'

/** The parts of HOST:PORT; an IPv6 host stands there in brackets, and here without. */
export function splitAddress(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

/** HOST:PORT; an IPv6 host is put in brackets. */
export function joinAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Listens at HOST:PORT, which stands at this key of the configuration. `port_taken`. */
export async function listenAt(server: Server, address: string, key: string): Promise<void> {
  const { host, port } = splitAddress(address)
  server.listen(port, host)
  await once(server, 'listening').catch((cause) => {
    throw asPortTaken(cause, address, key)
  })
}

/** `port_taken`, where that is what went wrong; the error itself otherwise. */
export function asPortTaken(cause: NodeJS.ErrnoException, address: string, key: string): Error {
  return cause.code === 'EADDRINUSE' ? new RelayError('port_taken', { params: { address, key }, cause }) : cause
}

/** Where it listens, HOST:PORT; undefined: it does not. */
export function boundAddress(server: Server | undefined): string | undefined {
  const bound = server?.address() as AddressInfo | null | undefined
  return bound ? joinAddress(bound.address, bound.port) : undefined
}

/** A certificate and its key, by their files. `config_unreadable`: of two that cannot be read it names the certificate. */
export async function readPair(certificate: string, key: string): Promise<{ readonly cert: string; readonly key: string }> {
  return { cert: await readPem(certificate), key: await readPem(key) }
}

/** `config_unreadable`. */
export async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new RelayError('config_unreadable', { params: { file }, cause })
  }
}
