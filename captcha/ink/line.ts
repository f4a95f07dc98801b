import sharp from 'sharp'
import type { Grey } from '../pictures/picture.ts'

/** The height the model was trained at, in pixels. */
export const lineHeight = 48

/** A grey picture at the model's height; `stretch` widens it (1 keeps its shape). */
export async function lineOf(grey: Grey, stretch = 1): Promise<Grey> {
  const width = Math.max(8, Math.min(1000, Math.round((grey.width * lineHeight * stretch) / grey.height)))
  return resized(grey, width, lineHeight)
}

/** A grey picture at another size, stretched as that needs. */
export async function resized(grey: Grey, width: number, height: number): Promise<Grey> {
  const { data } = await sharp(grey.data, { raw: { width: grey.width, height: grey.height, channels: 1 } })
    .resize({ width, height, fit: 'fill', kernel: 'cubic' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width, height, data: new Uint8Array(data) }
}
