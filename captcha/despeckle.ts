import type { Grey } from './picture.ts'

const inked = 128

/** Without specks: dark patches of fewer than `least` pixels, joined by side or corner, become paper. */
export function despeckle(grey: Grey, least = 8): Grey {
  const { width, height } = grey
  const data = grey.data.slice()
  const seen = new Uint8Array(data.length)
  for (let start = 0; start < data.length; start++) {
    if (seen[start] === 1 || (data[start] ?? 255) >= inked) continue
    const patch = patchFrom(start, data, seen, width, height)
    if (patch.length < least) for (const pixel of patch) data[pixel] = 255
  }
  return { width, height, data }
}

function patchFrom(start: number, data: Uint8Array, seen: Uint8Array, width: number, height: number): number[] {
  const patch = [start]
  seen[start] = 1
  for (let at = 0; at < patch.length; at++) {
    const pixel = patch[at] ?? 0
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx
        if (seen[next] === 1 || (data[next] ?? 255) >= inked) continue
        seen[next] = 1
        patch.push(next)
      }
    }
  }
  return patch
}
