import type { Readable } from 'node:stream'

const mostBytes = 65_536
const mostMilliseconds = 200

/** Reads a body that nobody needs to its end, so that the next request can use the connection; gives up on a long or slow one. */
export async function discard(body: Readable): Promise<void> {
  const timer = setTimeout(() => body.destroy(), mostMilliseconds)
  let left = mostBytes
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      left -= chunk.length
      if (left < 0) break
    }
  } catch {
    // What a redirect says beside its address is not missed.
  } finally {
    clearTimeout(timer)
    body.destroy()
  }
}
