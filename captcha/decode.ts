import sharp from 'sharp'
import { decodeBmp } from './bmp.ts'
import { checkSize, formatOf, maxPixels } from './image.ts'
import type { Picture } from './picture.ts'
import { checkSvg, withoutStrokes } from './svg.ts'
import { unreadable } from './unreadable.ts'

/** SVGs lower than this are drawn larger, so that thin shapes survive. */
const leastSvgHeight = 48

/** An image of any accepted format as pixels on white paper. `captcha_unreadable` for what is none, or too large to be one. */
export async function decode(image: Buffer): Promise<Picture> {
  const bytes = fromDataUrl(image)
  const format = formatOf(bytes)
  if (format === 'svg') return decodeSvg(checkSvg(bytes))
  await checkSize(bytes, format)
  return format === 'bmp' ? decodeBmp(bytes) : draw(bytes)
}

async function decodeSvg(svg: string): Promise<Picture> {
  const drawing = Buffer.from(withoutStrokes(svg))
  await checkSize(drawing, 'svg')
  const picture = await draw(drawing)
  if (picture.height >= leastSvgHeight) return picture
  return draw(drawing, Math.min(1000, Math.ceil((72 * leastSvgHeight) / picture.height)))
}

async function draw(bytes: Buffer, density = 72): Promise<Picture> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1, density })
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
  const body = image.subarray(head[0].length).toString('latin1')
  if (head[2] !== undefined) return Buffer.from(body, 'base64')
  try {
    return Buffer.from(decodeURIComponent(body))
  } catch (cause) {
    throw unreadable('the data URL is malformed', cause)
  }
}
