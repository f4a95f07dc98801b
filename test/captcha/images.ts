import { crc32 } from 'node:zlib'

/** An uncompressed BMP; a negative height writes the rows top down. The header tells the given size whatever the pixels are. */
export function bmp(rgb: Uint8Array, width: number, height: number, bits: 24 | 32): Buffer {
  const rows = Math.min(50, Math.abs(height))
  const columns = Math.min(150, Math.abs(width))
  const stride = Math.ceil((columns * bits) / 32) * 4
  const file = Buffer.alloc(54 + stride * rows)
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(54, 10)
  file.writeUInt32LE(40, 14)
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26)
  file.writeUInt16LE(bits, 28)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const from = (y * columns + x) * 3
      const to = 54 + (height > 0 ? rows - 1 - y : y) * stride + (x * bits) / 8
      for (const channel of [0, 1, 2]) file[to + 2 - channel] = rgb[from + channel] ?? 0
    }
  }
  return file
}

/** A PNG that declares its size and ends after a few bytes of pixels. */
export function pngHeader(width: number, height: number): Buffer {
  return png(width, height, Buffer.from([0x78, 0x9c, 0x63]))
}

/** A PNG of three bytes a pixel, with packed pixels and other chunks as given. */
export function png(width: number, height: number, pixels: Buffer, others: readonly (readonly [type: string, data: Buffer])[] = []): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...others.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
