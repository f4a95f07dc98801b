import type { Duplex } from 'node:stream'

/** Joins two connections until either ends: bytes pass unread, as fast as the other side takes them; a broken one breaks the other. */
export function joinTunnel(client: Duplex, upstream: Duplex): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy())
    from.on('close', () => {
      // Ended in order: what is still on its way goes out. Broken off: so is the other side.
      if (from.readableEnded) to.end()
      else to.destroy()
    })
  }
}
