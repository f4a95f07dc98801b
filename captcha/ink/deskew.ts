import type { Grey } from '../pictures/picture.ts'

/** The steepest slope that is set straight: pixels down for each pixel across. */
const steepest = 0.3
const step = 0.05
/** A slope is one only where it makes the rows this much more uneven. */
const clearly = 1.15

/**
 * A line of text that rises or falls, set straight by moving its columns up and down. The slope is the one under which rows are most
 * unlike each other: full of ink where the text is, empty above and below.
 */
export function deskew(grey: Grey): Grey {
  const level = unevenness(grey, 0)
  let [best, most] = [0, level * clearly]
  for (let slope = -steepest; slope <= steepest + step / 2; slope += step) {
    const found = unevenness(grey, slope)
    if (found > most) [best, most] = [slope, found]
  }
  return best === 0 ? grey : sheared(grey, best)
}

function unevenness({ width, height, data }: Grey, slope: number): number {
  const rows = new Float64Array(height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = y - Math.round((x - width / 2) * slope)
      if (row >= 0 && row < height) rows[row] = (rows[row] ?? 0) + 255 - (data[y * width + x] ?? 255)
    }
  }
  return rows.reduce((sum, ink) => sum + ink * ink, 0)
}

function sheared({ width, height, data }: Grey, slope: number): Grey {
  const straight = new Uint8Array(data.length).fill(255)
  for (let x = 0; x < width; x++) {
    const shift = Math.round((x - width / 2) * slope)
    for (let y = Math.max(0, shift); y < Math.min(height, height + shift); y++) straight[(y - shift) * width + x] = data[y * width + x] ?? 255
  }
  return { width, height, data: straight }
}
