import { inked } from '../ink/ink.ts'
import type { Grey } from '../pictures/picture.ts'

/** Images before anything is taken for fixed. */
const enough = 12
/** Inked in so large a share of the images, a pixel belongs to none of them. */
const nearlyAll = 0.9
/** Counts stop here and are halved, so that a site that changes its noise is followed. */
const most = 250
/** Larger images are not counted, pixels. */
const mostPixels = 40_000

/** How often each pixel was inked in the images of one site, all of one size. */
export interface InkCounts {
  readonly width: number
  readonly height: number
  readonly images: number
  readonly counts: Uint8Array
}

/** Adds an image; one of another size begins anew. */
export function countInk(before: InkCounts | undefined, { width, height, data }: Grey): InkCounts | undefined {
  if (width * height > mostPixels) return before
  const same = before !== undefined && before.width === width && before.height === height ? before : undefined
  const halve = same !== undefined && same.images >= most
  const counts = new Uint8Array(width * height)
  for (let pixel = 0; pixel < counts.length; pixel++) {
    const count = same?.counts[pixel] ?? 0
    counts[pixel] = (halve ? count >> 1 : count) + ((data[pixel] ?? 255) < inked ? 1 : 0)
  }
  const images = same?.images ?? 0
  return { width, height, images: (halve ? images >> 1 : images) + 1, counts }
}

/**
 * The picture without what is inked in nearly every image of its site: a grid, a frame, a line that never moves. Where the fixed ink is not
 * dark all along its thickness, its neighbours stay.
 */
export function withoutFixedNoise(grey: Grey, counted: InkCounts | undefined): Grey {
  if (counted === undefined || counted.images < enough || counted.width !== grey.width || counted.height !== grey.height) return grey
  const data = grey.data.slice()
  for (let pixel = 0; pixel < data.length; pixel++) if ((counted.counts[pixel] ?? 0) >= nearlyAll * counted.images) data[pixel] = 255
  return bridged({ ...grey, data }, grey)
}

/** A removed pixel between ink above and below, or left and right, was part of a character too. */
function bridged(cleaned: Grey, before: Grey): Grey {
  const { width, height } = cleaned
  const isInk = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && (cleaned.data[y * width + x] ?? 255) < inked
  const data = cleaned.data.slice()
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      if (data[at] === before.data[at]) continue
      if ((isInk(x, y - 1) && isInk(x, y + 1)) || (isInk(x - 1, y) && isInk(x + 1, y))) data[at] = before.data[at] ?? 255
    }
  }
  return { width, height, data }
}
