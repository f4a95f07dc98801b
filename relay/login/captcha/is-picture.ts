const beginnings: readonly Buffer[] = [Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('ffd8ff', 'hex'), Buffer.from('GIF8'), Buffer.from('BM')]
/** What may stand before an SVG's first element; each alternative ends in one way only, so that no text takes long. */
const svg = /^\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->)[\s\S])*-->\s*|<!DOCTYPE\s+svg[^>[]*(?:\[[^\]]*\]\s*)?>\s*)*<(?:svg:)?svg[\s>]/i

/** Does it begin like a picture (PNG, JPEG, GIF, BMP, WebP, SVG)? A page with an error in place of an image does not. */
export function isPicture(bytes: Buffer): boolean {
  if (beginnings.some((start) => bytes.subarray(0, start.length).equals(start))) return true
  if (/^RIFF[\s\S]{4}WEBP/.test(bytes.subarray(0, 12).toString('latin1'))) return true
  return svg.test(bytes.subarray(0, 4096).toString('utf8'))
}
