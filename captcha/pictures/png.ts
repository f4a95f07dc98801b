/** Bytes before the first chunk. */
const signature = 8

/** What a picture is drawn from; everything else is beside it: text, times, colour profiles, which may unpack to a thousand times their size. */
const drawing = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])

/** A PNG with nothing but what it is drawn from. What is no whole chunk stays, for the decoder to refuse. */
export function drawingChunks(png: Buffer): Buffer {
  const kept = [png.subarray(0, signature)]
  let at = signature
  while (at + 12 <= png.length) {
    const end = at + 12 + png.readUInt32BE(at)
    if (drawing.has(png.toString('latin1', at + 4, at + 8))) kept.push(png.subarray(at, end))
    at = end
  }
  return Buffer.concat([...kept, png.subarray(at)])
}
