import type { Readable } from 'node:stream'
import type { Test } from 'tap'
import { createOutbound, type Destination, type ForwardRequest, type Outbound } from '../../relay/outbound/index.ts'
import { openSecret } from '../../relay/vault/open-secret.ts'

/** An outbound room that is stopped with the test. Every name leads to loopback unless `addresses` says otherwise. */
export function outboundForTest(t: Test, addresses: Readonly<Record<string, readonly string[]>> = {}): Outbound {
  const outbound = createOutbound({ openSecret, lookup: async (host) => addresses[host] ?? ['127.0.0.1'] })
  t.teardown(() => outbound.stop())
  return outbound
}

/** A site on this machine. */
export function loopbackSite(...origins: string[]): Destination {
  return { id: 'site', origins, networks: ['loopback'] }
}

export function get(origin: string, path = '/'): ForwardRequest {
  return { method: 'GET', origin, path, headers: [], body: null }
}

export async function read(body: Readable): Promise<string> {
  let text = ''
  for await (const chunk of body) text += (chunk as Buffer).toString('latin1')
  return text
}

/** The rejection of a promise; a fulfilled one gives undefined. */
export async function rejection(promise: Promise<unknown>): Promise<{ code: string; message: string; detail?: string; cause?: unknown } | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error as { code: string; message: string }
  }
}
