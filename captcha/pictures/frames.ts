import { grain, paperColour } from './paper.ts'
import type { Picture } from './picture.ts'

/** Less than this share of an animation's ink stays through it: then each frame shows a part of the text. */
const mostlyPassing = 0.25

/**
 * The frames of an animation as one picture. Where most of what is drawn stays, the middle value of each pixel over time: letters that fade
 * in turn come out alike, noise that is drawn anew in each frame vanishes. Where frames each show a part, everything any of them shows.
 */
export function combined(frames: readonly [Picture, ...Picture[]]): Picture {
  if (frames.length === 1) return frames[0]
  const papers = frames.map(paperColour)
  const orders = Array.from({ length: frames[0].width * frames[0].height }, (_, pixel) =>
    frames.map((frame, index) => ({ index, far: distance(frame.rgb, pixel, papers[index] as Colour) })).sort((a, b) => a.far - b.far),
  )
  const inked = (rank: number): number => orders.filter((order) => (order[rank]?.far ?? 0) > grain).length
  const [middle, last] = [Math.floor(frames.length / 2), frames.length - 1]
  const rank = inked(middle) >= mostlyPassing * inked(last) ? middle : last
  const rgb = new Uint8Array(frames[0].rgb.length)
  for (const [pixel, order] of orders.entries()) {
    const frame = frames[order[rank]?.index ?? 0] ?? frames[0]
    rgb.set(frame.rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 3)
  }
  return { ...frames[0], rgb }
}

type Colour = readonly [number, number, number]

function distance(rgb: Uint8Array, pixel: number, paper: Colour): number {
  return Math.max(...paper.map((value, channel) => Math.abs((rgb[pixel * 3 + channel] ?? 0) - value)))
}
