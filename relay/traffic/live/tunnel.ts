import type { Duplex } from 'node:stream'

/** Joins two connections until either ends: bytes pass unread, as fast as the other side takes them; a broken one breaks the other. The function parts them again. */
export function joinTunnel(client: Duplex, upstream: Duplex): () => void {
  const partings = [pass(client, upstream), pass(upstream, client)]
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
    .on('close', () => {
      // Ended in order: what is still on its way goes out. Broken off: so is the other side.
      if (from.readableEnded) to.end()
      else to.destroy()
    })
  to.on('drain', onDrain)
  if (to.writableNeedDrain) from.pause()
  else from.resume()
  return () => {
    from.off('data', onData).off('end', onEnd).pause()
    to.off('drain', onDrain)
  }
}
