import { maxFrames } from './image.ts'
import { grain, paperColour } from './paper.ts'
import type { Picture } from './picture.ts'

/** Less than this share of an animation's ink stays through it: then each frame shows a part of the text. */
const mostlyPassing = 0.25

/**
 * The frames of an animation as one picture. Where most of what is drawn stays, the middle value of each pixel over time: letters that fade
 * in turn come out alike, noise that is drawn anew in each frame vanishes. Where frames each show a part, everything any of them shows.
 */
export function combined(frames: readonly [Picture, ...Picture[]]): Picture {
  const [first] = frames
  if (frames.length === 1) return first
  const [middle, last] = [Math.floor(frames.length / 2), frames.length - 1]
  const [half, most] = [rankedFrames(first, middle), rankedFrames(first, last)]
  const papers = frames.map(paperColour)
  // How far from the paper and in which frame, as one number: lists of both for every pixel would take a hundred times the picture.
  const order = new Uint16Array(frames.length)
  for (let pixel = 0; pixel < first.width * first.height; pixel++) {
    for (let index = 0; index < frames.length; index++) order[index] = distance(frames[index] as Picture, pixel, papers[index] as Colour) * maxFrames + index
    order.sort()
    for (const one of [half, most]) {
      const key = order[one.rank] as number
      one.frameAt[pixel] = key % maxFrames
      if (key >= (grain + 1) * maxFrames) one.inked++
    }
  }
  const { frameAt } = half.inked >= mostlyPassing * most.inked ? half : most
  const rgb = new Uint8Array(first.rgb.length)
  for (const [pixel, index] of frameAt.entries()) rgb.set((frames[index] as Picture).rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 3)
  return { ...first, rgb }
}

type Colour = readonly [number, number, number]

/** For each pixel the frame that comes at this rank there, the nearest to the paper first, and how many of those pixels are inked. */
interface RankedFrames {
  readonly rank: number
  readonly frameAt: Uint8Array
  inked: number
}

function rankedFrames({ width, height }: Picture, rank: number): RankedFrames {
  return { rank, frameAt: new Uint8Array(width * height), inked: 0 }
}

/** 0 to 255, whole: above a whole number where the exact one is. */
function distance({ rgb }: Picture, pixel: number, [red, green, blue]: Colour): number {
  const at = pixel * 3
  return Math.ceil(Math.max(Math.abs((rgb[at] as number) - red), Math.abs((rgb[at + 1] as number) - green), Math.abs((rgb[at + 2] as number) - blue)))
}
