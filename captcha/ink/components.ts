import type { Grey } from '../pictures/picture.ts'
import { inked } from './ink.ts'

/** A patch of ink whose pixels touch by side or corner. */
export interface Component {
  /** Places in the picture's data. */
  readonly pixels: readonly number[]
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Every patch of ink, in the order of its topmost pixel. */
export function componentsOf({ width, height, data }: Grey): Component[] {
  const seen = new Uint8Array(data.length)
  const found: Component[] = []
  for (let start = 0; start < data.length; start++) {
    if (seen[start] === 1 || (data[start] ?? 255) >= inked) continue
    found.push(componentFrom(start, data, seen, width, height))
  }
  return found
}

function componentFrom(start: number, data: Uint8Array, seen: Uint8Array, width: number, height: number): Component {
  const pixels = [start]
  seen[start] = 1
  let [left, top, right, bottom] = [width, height, 0, 0]
  for (let at = 0; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 0
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx
        if (seen[next] === 1 || (data[next] ?? 255) >= inked) continue
        seen[next] = 1
        pixels.push(next)
      }
    }
  }
  return { pixels, left, top, right, bottom }
}
