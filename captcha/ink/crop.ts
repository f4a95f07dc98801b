import { paperColour } from '../pictures/paper.ts'
import type { Picture } from '../pictures/picture.ts'

/** The picture without so many pixels on each side. */
export function crop({ width, height, rgb }: Picture, across: number, down: number): Picture {
  const [newWidth, newHeight] = [width - 2 * across, height - 2 * down]
  const part = new Uint8Array(newWidth * newHeight * 3)
  for (let y = 0; y < newHeight; y++) {
    const from = ((y + down) * width + across) * 3
    part.set(rgb.subarray(from, from + newWidth * 3), y * newWidth * 3)
  }
  return { width: newWidth, height: newHeight, rgb: part }
}

/** The picture with so many pixels more of its paper on each side; less than none are cut off. */
export function reframed(
  picture: Picture,
  { left = 0, right = 0, top = 0, bottom = 0 }: { left?: number; right?: number; top?: number; bottom?: number },
): Picture {
  const [width, height] = [picture.width + left + right, picture.height + top + bottom]
  const rgb = new Uint8Array(width * height * 3)
  Buffer.from(rgb.buffer).fill(Uint8Array.from(paperColour(picture)))
  const [from, to] = [Math.max(0, -left), Math.min(picture.width, picture.width + right)]
  for (let y = Math.max(0, -top); y < Math.min(picture.height, picture.height + bottom); y++) {
    rgb.set(picture.rgb.subarray((y * picture.width + from) * 3, (y * picture.width + to) * 3), ((y + top) * width + from + left) * 3)
  }
  return { width, height, rgb }
}

/** Pixels that a frame may be thick. */
const thickest = 3
/** Colours nearer than this count as one (of 255). */
const near = 48

/**
 * The picture without a frame of one colour drawn around it, as GD::SecurityImage and Authen::Captcha do: where the edge is
 * taken for paper, a frame would turn the picture into its negative.
 */
export function unframed(picture: Picture): Picture {
  for (let thickness = 1; thickness <= thickest && picture.width - 2 * thickness >= 8 && picture.height - 2 * thickness >= 8; thickness++) {
    const [outer, inner] = [ring(picture, thickness - 1), ring(picture, thickness)]
    const frame = outer[0] as readonly number[]
    if (like(outer, frame) < 0.98) return picture
    if (like(inner, frame) < 0.6) return crop(picture, thickness, thickness)
  }
  return picture
}

function like(colours: readonly (readonly number[])[], frame: readonly number[]): number {
  return colours.filter((colour) => colour.every((value, index) => Math.abs(value - (frame[index] ?? 0)) < near)).length / colours.length
}

/** The colours along the edge of what lies `inset` pixels within. */
function ring({ width, height, rgb }: Picture, inset: number): (readonly number[])[] {
  const at = (x: number, y: number): readonly number[] => [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]
  const colours: (readonly number[])[] = []
  for (let x = inset; x < width - inset; x++) colours.push(at(x, inset), at(x, height - 1 - inset))
  for (let y = inset + 1; y < height - 1 - inset; y++) colours.push(at(inset, y), at(width - 1 - inset, y))
  return colours
}
