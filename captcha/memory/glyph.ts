import type { Grey } from '../pictures/picture.ts'

/** Every glyph is brought to this grid, so that two can be laid one upon the other. */
export const gridWidth = 12
export const gridHeight = 16
const cells = gridWidth * gridHeight

/** What is remembered of one drawn character: its ink on the grid, and how large it stood. */
export interface Glyph {
  /** Share of ink in each cell, 0..15, row by row. */
  readonly ink: Uint8Array
  /** Width and height in pixels of the image, before it was brought to the grid. */
  readonly width: number
  readonly height: number
}

/** The ink within a box of a picture, brought to the grid: each cell the mean of what lies under it. */
export function glyphOf({ width: rowLength, data }: Grey, box: Box): Glyph {
  const width = box.right - box.left + 1
  const height = box.bottom - box.top + 1
  const ink = new Uint8Array(cells)
  for (let row = 0; row < gridHeight; row++) {
    const [top, bottom] = span(row, gridHeight, height)
    for (let column = 0; column < gridWidth; column++) {
      const [left, right] = span(column, gridWidth, width)
      let sum = 0
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += 255 - (data[(box.top + y) * rowLength + box.left + x] ?? 255)
      ink[row * gridWidth + column] = Math.round((sum * 15) / (255 * (bottom - top) * (right - left)))
    }
  }
  return { ink, width, height }
}

export interface Box {
  readonly left: number
  readonly top: number
  /** The last column and row that belong to it. */
  readonly right: number
  readonly bottom: number
}

/** The pixels under one cell; at least one. */
function span(cell: number, count: number, length: number): [from: number, to: number] {
  const from = Math.min(length - 1, Math.floor((cell * length) / count))
  return [from, Math.max(from + 1, Math.ceil(((cell + 1) * length) / count))]
}

/** How unlike two glyphs are: 0 for the same, around 0.3 and above for different characters. Size counts, for `c` and `C` differ in nothing else. */
export function distance(one: Glyph, other: Glyph): number {
  let sum = 0
  for (let cell = 0; cell < cells; cell++) sum += Math.abs((one.ink[cell] ?? 0) - (other.ink[cell] ?? 0))
  const size = Math.abs(Math.log(one.height / other.height)) + Math.abs(Math.log(one.width / other.width))
  return sum / (15 * cells) + size / 4
}

/** As a text of base64: width, height, then two cells a byte. */
export function packGlyph({ ink, width, height }: Glyph): string {
  const bytes = Buffer.alloc(4 + cells / 2)
  bytes.writeUInt16LE(width, 0)
  bytes.writeUInt16LE(height, 2)
  for (let cell = 0; cell < cells; cell += 2) bytes[4 + cell / 2] = ((ink[cell] ?? 0) << 4) | (ink[cell + 1] ?? 0)
  return bytes.toString('base64')
}

/** Undefined for what `packGlyph` did not make. */
export function unpackGlyph(text: string): Glyph | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 4 + cells / 2) return undefined
  const [width, height] = [bytes.readUInt16LE(0), bytes.readUInt16LE(2)]
  if (width === 0 || height === 0) return undefined
  const ink = new Uint8Array(cells)
  for (let cell = 0; cell < cells; cell += 2) {
    const pair = bytes[4 + cell / 2] ?? 0
    ink[cell] = pair >> 4
    ink[cell + 1] = pair & 15
  }
  return { ink, width, height }
}
