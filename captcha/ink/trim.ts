import type { Grey } from '../pictures/picture.ts'
import { inked } from './ink.ts'

/** What is inked and `margin` pixels of paper around it; the whole picture where nothing is. */
export function trim(grey: Grey, margin: number): Grey {
  const { width, height } = grey
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (const [pixel, shade] of grey.data.entries()) {
    if (shade >= inked) continue
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (right === -1) return grey
  const [newWidth, newHeight] = [right - left + 1 + 2 * margin, bottom - top + 1 + 2 * margin]
  const data = new Uint8Array(newWidth * newHeight).fill(255)
  for (let y = top; y <= bottom; y++) {
    data.set(grey.data.subarray(y * width + left, y * width + right + 1), (y - top + margin) * newWidth + margin)
  }
  return { width: newWidth, height: newHeight, data }
}
