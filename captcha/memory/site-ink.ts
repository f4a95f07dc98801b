import { unframed } from '../ink/crop.ts'
import { inkOf } from '../ink/ink.ts'
import { decode } from '../pictures/decode.ts'
import type { Grey } from '../pictures/picture.ts'

/**
 * The ink of an image at its full size, so that the images of a site lie upon one another: a frame that was told in one of them and
 * not in the next leaves both where they were. `captcha_unreadable` for what is no image.
 */
export async function siteInk(image: Buffer): Promise<Grey> {
  const picture = await decode(image)
  const ink = inkOf(unframed(picture))
  const { width, height } = picture
  if (ink.width === width) return ink
  const [across, down] = [(width - ink.width) >> 1, (height - ink.height) >> 1]
  const data = new Uint8Array(width * height).fill(255)
  for (let y = 0; y < ink.height; y++) data.set(ink.data.subarray(y * ink.width, (y + 1) * ink.width), (y + down) * width + across)
  return { width, height, data }
}
