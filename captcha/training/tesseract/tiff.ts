import type { Grey } from '../../pictures/picture.ts'

/** A TIFF file of many grey pages, uncompressed (TIFF 6.0 section 4): one file a hundred lines, where one file a line would start the trainer a hundred times. */
export function tiffOf(pages: readonly Grey[]): Buffer {
  const header = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0])
  const parts: Buffer[] = [header]
  let at = header.length
  for (const [index, page] of pages.entries()) {
    const tags: [tag: number, type: 3 | 4, value: number][] = [
      [256, 4, page.width],
      [257, 4, page.height],
      [258, 3, 8],
      [259, 3, 1],
      [262, 3, 1],
      [273, 4, 0],
      [277, 3, 1],
      [278, 4, page.height],
      [279, 4, page.data.length],
    ]
    const size = 2 + tags.length * 12 + 4
    const padding = page.data.length % 2
    const directory = Buffer.alloc(size)
    directory.writeUInt16LE(tags.length, 0)
    for (const [row, [tag, type, value]] of tags.entries()) {
      const offset = 2 + row * 12
      directory.writeUInt16LE(tag, offset)
      directory.writeUInt16LE(type, offset + 2)
      directory.writeUInt32LE(1, offset + 4)
      directory.writeUInt32LE(tag === 273 ? at + size : value, offset + 8)
    }
    const next = at + size + page.data.length + padding
    directory.writeUInt32LE(index === pages.length - 1 ? 0 : next, size - 4)
    parts.push(directory, Buffer.from(page.data), Buffer.alloc(padding))
    at = next
  }
  return Buffer.concat(parts)
}
