import type { Grey } from '../pictures/picture.ts'
import { inked } from './ink.ts'

/** The pixels that hold all ink; the last ones are among them. */
export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where the ink lies; nothing where there is none. */
export function boundsOf({ width, height, data }: Grey): Bounds | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if ((data[pixel] as number) >= inked) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = y
    }
  }
  return right === -1 ? undefined : { left, top, right, bottom }
}

/** What is inked and `margin` pixels of paper around it; the whole picture where nothing is. */
export function trim(grey: Grey, margin: number): Grey {
  const bounds = boundsOf(grey)
  if (bounds === undefined) return grey
  const { left, top, right, bottom } = bounds
  const [newWidth, newHeight] = [right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin]
  const data = new Uint8Array(newWidth * newHeight).fill(255)
  for (let y = top; y <= bottom; y++) {
    data.set(grey.data.subarray(y * grey.width + left, y * grey.width + right + 1), (y - top + margin) * newWidth + margin)
  }
  return { width: newWidth, height: newHeight, data }
}
