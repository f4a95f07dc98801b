import type { IncomingMessage } from 'node:http'
import { RelayError } from '../../../errors.ts'
import type { RequestHead } from '../../../traffic/index.ts'
import { chooserOrigin } from './chooser-address.ts'

/** What a form of the chooser sends. `account` undefined: ask anew. */
export interface Choice {
  readonly token: string
  readonly siteId: string
  readonly account: string | undefined
}

/** More than the form ever has. */
const mostBytes = 4096

/**
 * Reads it. `form_stale` unless the relay's own page sent it: every browser names the page's origin with a POST (WHATWG Fetch, "append
 * a request Origin header"), and over plain http that field alone tells.
 */
export async function readChoice(req: IncomingMessage, head: RequestHead): Promise<Choice> {
  if (head.origin !== chooserOrigin) throw new RelayError('form_stale')
  const form = new URLSearchParams(await readSmall(req))
  const [token, siteId, account] = ['token', 'site', 'account'].map((name) => form.get(name))
  if (!token || !siteId || account === null || account === undefined) throw new RelayError('bad_request', { params: { problem: 'a field is missing' } })
  return { token, siteId, account: account === '' ? undefined : account }
}

async function readSmall(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let left = mostBytes
  for await (const chunk of req as AsyncIterable<Buffer>) {
    left -= chunk.length
    if (left < 0) throw new RelayError('bad_request', { params: { problem: 'it is too long' } })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
