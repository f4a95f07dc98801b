const beginnings: readonly Buffer[] = [
  Buffer.from('89504e470d0a1a0a', 'hex'),
  Buffer.from('ffd8ff', 'hex'),
  Buffer.from('GIF8'),
  Buffer.from('BM'),
  Buffer.from('RIFF'),
  Buffer.from('<svg'),
]

/** Does it begin like a picture (PNG, JPEG, GIF, BMP, WebP, SVG)? A page with an error in place of an image does not. */
export function isPicture(bytes: Buffer): boolean {
  if (beginnings.some((start) => bytes.subarray(0, start.length).equals(start))) return true
  return /^\s*(?:<\?xml[^>]*>\s*)?<svg/i.test(bytes.subarray(0, 500).toString('latin1'))
}
