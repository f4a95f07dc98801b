import sharp from 'sharp'
import { decodeBmp } from './bmp.ts'
import { combined } from './frames.ts'
import { checkSize, formatOf, maxBytes, maxPixels } from './image.ts'
import type { Picture } from './picture.ts'
import { drawingChunks } from './png.ts'
import { type CheckedSvg, checkSvg, withoutStrokes } from './svg.ts'
import { checkSvgSize } from './svg-budget.ts'
import { unreadable } from './unreadable.ts'

/** SVGs lower than this are drawn larger, so that thin shapes survive. */
const leastSvgHeight = 48

/** An image of any accepted format as pixels on white paper. `captcha_unreadable` for what is none, or too large to be one. */
export async function decode(image: Buffer): Promise<Picture> {
  const sent = fromDataUrl(image)
  const format = formatOf(sent)
  if (format === 'svg') return decodeSvg(checkSvg(sent))
  const bytes = format === 'png' ? drawingChunks(sent) : sent
  const { frames } = await checkSize(bytes, format)
  if (format === 'bmp') return decodeBmp(bytes)
  return frames === 1 ? draw(bytes) : combined(framesOf(await draw(bytes, { pages: frames }), frames))
}

/** The text of an SVG that draws with shapes alone (svg.ts says what is refused); undefined for an image of another format. */
export function drawingIn(image: Buffer): string | undefined {
  const sent = fromDataUrl(image)
  return formatOf(sent) === 'svg' ? checkSvg(sent).text : undefined
}

/** sharp stacks the frames of an animation one below the other. */
function framesOf({ width, height, rgb }: Picture, frames: number): [Picture, ...Picture[]] {
  const [each, length] = [height / frames, rgb.length / frames]
  const frame = (index: number): Picture => ({ width, height: each, rgb: rgb.subarray(index * length, (index + 1) * length) })
  return [frame(0), ...Array.from({ length: frames - 1 }, (_, index) => frame(index + 1))]
}

async function decodeSvg({ text, effort }: CheckedSvg): Promise<Picture> {
  const drawing = Buffer.from(withoutStrokes(text))
  const { width, height } = await checkSize(drawing, 'svg')
  const times = Math.min(12, Math.max(1, leastSvgHeight / height))
  checkSvgSize(effort, Math.ceil(width * times), Math.ceil(height * times))
  return draw(drawing, { density: Math.ceil(72 * times) })
}

async function draw(bytes: Buffer, { density = 72, pages = 1 }: { density?: number; pages?: number } = {}): Promise<Picture> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages, density })
      .timeout({ seconds: 2 })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, rgb: info.channels === 3 ? data : threeChannels(data, info.channels) }
  } catch (cause) {
    throw unreadable('it is damaged or cut short', cause)
  }
}

/** Grey pictures come with one channel: the same value thrice. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3)
  for (let pixel = 0; pixel * channels < data.length; pixel++) rgb.fill(data[pixel * channels] ?? 0, pixel * 3, pixel * 3 + 3)
  return rgb
}

/** Pages also carry images as `data:image/png;base64,...`; other bytes pass through. */
function fromDataUrl(image: Buffer): Buffer {
  const head = /^data:image\/[\w.+-]+(;[\w=-]+)*?(;base64)?,/i.exec(image.subarray(0, 100).toString('latin1'))
  if (head === null) return image
  // Percent-encoded, a byte is three.
  if (image.length > 3 * maxBytes) throw unreadable('it is larger than a captcha')
  const body = image.subarray(head[0].length).toString('latin1')
  if (head[2] !== undefined) return Buffer.from(body, 'base64')
  try {
    return Buffer.from(decodeURIComponent(body))
  } catch (cause) {
    throw unreadable('the data URL is malformed', cause)
  }
}
