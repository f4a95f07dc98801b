import type { Picture } from './picture.ts'
import { unreadable } from './unreadable.ts'

/** Width and height a BMP declares. */
export function bmpSize(bytes: Buffer): { width: number; height: number } {
  if (bytes.length < 54) throw unreadable('its header is cut short')
  return { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) }
}

/**
 * Pixels of an uncompressed BMP of 1, 4, 8, 24 or 32 bits, which sharp does not read.
 * Rows are padded to four bytes and stand bottom up unless the height is negative.
 */
export function decodeBmp(bytes: Buffer): Picture {
  const { width, height } = bmpSize(bytes)
  const bottomUp = bytes.readInt32LE(22) > 0
  const start = bytes.readUInt32LE(10)
  const palette = 14 + bytes.readUInt32LE(14)
  const bits = bytes.readUInt16LE(28)
  const compression = bytes.readUInt32LE(30)
  // BI_BITFIELDS (3) with 32 bits is what Windows writes for plain BGRA.
  if (!(compression === 0 || (compression === 3 && bits === 32))) throw unreadable('it is a compressed BMP')
  if (![1, 4, 8, 24, 32].includes(bits)) throw unreadable(`it is a BMP of ${bits} bits a pixel`)
  const stride = Math.ceil((width * bits) / 32) * 4
  if (start + stride * height > bytes.length) throw unreadable('it is cut short')

  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const row = start + (bottomUp ? height - 1 - y : y) * stride
    for (let x = 0; x < width; x++) {
      const at = bits >= 24 ? row + (x * bits) / 8 : palette + paletteIndex(bytes, row, x, bits) * 4
      if (at + 3 > bytes.length) throw unreadable('its palette is cut short')
      const to = (y * width + x) * 3
      rgb[to] = bytes[at + 2] ?? 0
      rgb[to + 1] = bytes[at + 1] ?? 0
      rgb[to + 2] = bytes[at] ?? 0
    }
  }
  return { width, height, rgb }
}

function paletteIndex(bytes: Buffer, row: number, x: number, bits: number): number {
  const bit = x * bits
  const byte = bytes[row + (bit >> 3)] ?? 0
  return (byte >> (8 - bits - (bit & 7))) & ((1 << bits) - 1)
}
