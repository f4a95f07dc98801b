import sharp from 'sharp'
import type { Graphics } from './graphics.ts'
import type { Picture } from './picture.ts'
import { sixel } from './sixel.ts'

/** A site's image is not trusted: what is larger or takes longer than any captcha is left to the person's own viewer. */
const mostPixels = 1_000_000
const mostSeconds = 2

/** Captchas are small; pictures lower than this are drawn larger, in whole steps. */
const leastHeight = 90
const mostWidth = 900
/** The kitty protocol takes at most so many characters of base64 at a time. */
const chunk = 4096

/** An image as the bytes that make a terminal show it. Rejects for what is no image, or none that can be drawn here. */
export async function draw(image: Buffer, graphics: Graphics): Promise<string> {
  const picture = enlarged(await pixelsOf(image))
  switch (graphics) {
    case 'kitty':
      return kitty(picture)
    case 'iterm':
      return iterm(picture)
    case 'sixel':
      return sixel(picture)
  }
}

async function pixelsOf(image: Buffer): Promise<Picture> {
  const { data, info } = await sharp(image, { limitInputPixels: mostPixels, pages: 1 })
    .timeout({ seconds: mostSeconds })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels === 3) return { width, height, rgb: data }
  // Grey pictures come with one channel: the same value thrice.
  return { width, height, rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => data[Math.floor(at / 3) * channels] ?? 0) }
}

/** Raw pixels (`f=24`), shown at once (`a=T`); the terminal is told not to answer (`q=2`), for its answer would be read as keys. */
export function kitty({ width, height, rgb }: Picture): string {
  const data = Buffer.from(rgb).toString('base64')
  const parts: string[] = []
  for (let at = 0; at < data.length; at += chunk) {
    const keys = at === 0 ? `a=T,q=2,f=24,s=${width},v=${height},` : ''
    parts.push(`\x1b_G${keys}m=${at + chunk < data.length ? 1 : 0};${data.slice(at, at + chunk)}\x1b\\`)
  }
  return parts.join('')
}

async function iterm({ width, height, rgb }: Picture): Promise<string> {
  const png = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  return `\x1b]1337;File=inline=1;size=${png.length};width=${width}px;height=${height}px:${png.toString('base64')}\x07`
}

/** Every pixel as a square of pixels. */
export function enlarged(picture: Picture): Picture {
  const times = Math.max(1, Math.min(Math.ceil(leastHeight / picture.height), Math.floor(mostWidth / picture.width)))
  if (times === 1) return picture
  const [width, height] = [picture.width * times, picture.height * times]
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (Math.floor(y / times) * picture.width + Math.floor(x / times)) * 3
      rgb.set(picture.rgb.subarray(from, from + 3), (y * width + x) * 3)
    }
  }
  return { width, height, rgb }
}
