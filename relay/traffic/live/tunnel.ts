import type { Duplex } from 'node:stream'

/** Joins two connections until either ends, or has ended already: bytes pass unread, as fast as the other side takes them; a broken one breaks the other. The function parts them again. */
export function joinTunnel(client: Duplex, upstream: Duplex): () => void {
  const partings = [pass(client, upstream), pass(upstream, client)]
  const onClientClose = (): void => {
    // What it said last goes out, where it has heard all. Else nobody is left to hear the rest.
    if (client.readableEnded && client.writableFinished) upstream.end()
    else upstream.destroy()
  }
  const onUpstreamClose = (): void => {
    if (!upstream.readableEnded) return void client.destroy()
    // What the site said last goes out. The client may have been held back; what it still says is let go by, up to its end.
    client.end()
    client.resume()
  }
  client.on('close', onClientClose)
  upstream.on('close', onUpstreamClose)
  if (client.destroyed) onClientClose()
  if (upstream.destroyed) onUpstreamClose()
  return () => {
    for (const part of partings) part()
  }
}

/** As `from.pipe(to)` would, which holds twice the memory for it: an open WebSocket has two of these for as long as it is idle. */
function pass(from: Duplex, to: Duplex): () => void {
  const onData = (chunk: Buffer): void => {
    if (to.writable && !to.write(chunk)) from.pause()
  }
  const onDrain = (): void => void from.resume()
  const onEnd = (): void => void to.end()
  from
    .on('data', onData)
    .on('end', onEnd)
    .on('error', () => to.destroy())
  to.on('drain', onDrain)
  if (to.writableNeedDrain) from.pause()
  else from.resume()
  // It tells of its end only once, and may have before: a client that went away while the site was dialled.
  if (from.readableEnded) onEnd()
  return () => {
    from.off('data', onData).off('end', onEnd).pause()
    to.off('drain', onDrain)
  }
}
