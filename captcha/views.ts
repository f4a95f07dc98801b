/**
 * Looks at one image that differ in what was taken away: paper around the text, specks, thin lines, a slope. A reader that errs on one is
 * right on another, and what several read alike is right more often (vote).
 */

import { bridge } from './bridge.ts'
import { crop } from './crop.ts'
import { deskew } from './deskew.ts'
import { despeckle } from './despeckle.ts'
import type { Grey, Picture } from './picture.ts'
import { trim } from './trim.ts'
import { unline } from './unline.ts'

/** For the general network, the likeliest to be read first: the image as it is, and its text alone as large as can be. */
export function firstViews(picture: Picture, ink: Grey): readonly Picture[] {
  return [picture, pictureOf(close(withoutSpecks(ink)))]
}

/** For the general network, where the first looks leave doubt. */
export function furtherViews(picture: Picture, ink: Grey): readonly Picture[] {
  const clean = withoutSpecks(ink)
  const level = deskew(clean)
  const thin = Math.max(1, Math.round(ink.height / 40))
  const unlined = withoutSpecks(mended(ink, unline(ink, thin)))
  const unlinedBothWays = withoutSpecks(unline(unline(ink, thin), thin, 'down'))
  return [
    crop(picture, Math.round(picture.width * 0.02), Math.round(picture.height * 0.06)),
    ...[close(ink), close(unlined), close(unlinedBothWays)].map(pictureOf),
    ...(level === clean ? [] : [pictureOf(close(level))]),
  ]
}

/** For the Chinese network: as it is, its text alone, without lines. */
export function chineseViews(ink: Grey): readonly [Grey, ...Grey[]] {
  return [ink, close(withoutSpecks(ink)), withoutSpecks(unline(ink, 1))]
}

/** What is smaller than this share of the image is no stroke of a letter. */
function withoutSpecks(ink: Grey): Grey {
  return despeckle(ink, Math.max(6, Math.round((ink.width * ink.height) / 800)))
}

function close(ink: Grey): Grey {
  return trim(ink, Math.max(2, Math.round(ink.height * 0.06)))
}

/** What was taken away with a line, where the line crossed a stroke, put back. */
function mended(before: Grey, after: Grey): Grey {
  const removed = { ...before, data: before.data.map((shade, pixel) => (shade < 128 && (after.data[pixel] ?? 255) >= 128 ? 0 : 255)) }
  return bridge(after, removed)
}

function pictureOf({ width, height, data }: Grey): Picture {
  const rgb = new Uint8Array(data.length * 3)
  for (const [pixel, shade] of data.entries()) rgb.fill(shade, pixel * 3, pixel * 3 + 3)
  return { width, height, rgb }
}
