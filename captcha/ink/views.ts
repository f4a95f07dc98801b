/**
 * Looks at one image that differ in what was taken away: paper around the text, specks, thin lines, a slope. A reader that errs on one is
 * right on another, and what several read alike is right more often (vote).
 */

import type { Grey, Picture } from '../pictures/picture.ts'
import { bridge } from './bridge.ts'
import { reframed } from './crop.ts'
import { deskew } from './deskew.ts'
import { despeckle } from './despeckle.ts'
import { type Bounds, boundsOf, trim } from './trim.ts'
import { unline } from './unline.ts'

export interface View {
  readonly picture: Picture
  /** How many votes it has. */
  readonly counts: number
}

/**
 * For the general network, the likeliest to be read first: the image as it is, moved a little either way on more of its paper, and without
 * its frame. The network learned from whole images that lie a little differently each time, and errs differently on each.
 */
export function* firstViews(whole: Picture, picture: Picture): Generator<View, void> {
  const [across, down] = [Math.round(whole.width * 0.06), Math.round(whole.height * 0.06)]
  yield { picture: whole, counts: 2 }
  yield once(reframed(whole, { left: across, top: down }))
  yield once(reframed(whole, { right: across, bottom: down }))
  if (whole !== picture) yield once(picture)
}

/**
 * For the general network, where the first looks leave doubt: narrower, the text as large as little paper lets it, the text alone, without lines,
 * set straight. `ink` is the picture's, which lacks the whole one's frame. Each is made when it is asked for.
 */
export function* furtherViews(whole: Picture, picture: Picture, ink: Grey): Generator<View, void> {
  const narrower = -Math.round(whole.width * 0.04)
  yield once(reframed(whole, { left: narrower, right: narrower }))
  const clean = withoutSpecks(ink)
  const text = boundsOf(clean)
  for (const [across, down] of margins) {
    const framed = text && framedTo(picture, text, across, down)
    if (framed !== undefined) yield once(framed)
  }
  const thin = Math.max(1, Math.round(ink.height / 40))
  yield alone(clean)
  yield alone(withoutSpecks(mended(ink, unline(ink, thin))))
  yield alone(withoutSpecks(unline(unline(ink, thin), thin, 'down')))
  const level = deskew(clean)
  if (level !== clean) yield alone(level)
}

/** A picture of more pixels than a captcha has is not looked at larger than it is: its size is a stranger's choice. */
const enough = 250_000
/** Paper to each side of the text, of its width, and above and below, of its height: how large a stranger writes is not known. */
const margins = [
  [0.02, 0.06],
  [0.06, 0.15],
  [0.1, 0.3],
] as const

/** The part of the picture that the text takes up, with such margins around it; nothing where that is more than a large picture has. */
function framedTo(picture: Picture, { left, top, right, bottom }: Bounds, across: number, down: number): Picture | undefined {
  const [side, above] = [Math.round(across * (right - left + 1)), Math.round(down * (bottom - top + 1))]
  const pixels = (right - left + 1 + 2 * side) * (bottom - top + 1 + 2 * above)
  if (pixels > Math.max(enough, picture.width * picture.height)) return undefined
  return reframed(picture, { left: side - left, right: side - (picture.width - 1 - right), top: above - top, bottom: above - (picture.height - 1 - bottom) })
}

/** For the Chinese network: the ink as it is, and the further views. Lines stay: many fonts' strokes are as thin. */
export function* chineseViews(ink: Grey): Generator<Grey, void> {
  yield ink
  yield* furtherChineseViews(ink)
}

/** A little farther, a little nearer, its text alone. */
export function* furtherChineseViews(ink: Grey): Generator<Grey, void> {
  const margin = Math.round(ink.width * 0.04)
  yield widened(ink, margin)
  yield narrowed(ink, Math.round(margin / 2))
  yield close(withoutSpecks(ink))
}

/** With more paper on all sides. */
function widened({ width, height, data }: Grey, margin: number): Grey {
  const above = Math.round((margin * height) / width)
  const [newWidth, newHeight] = [width + 2 * margin, height + 2 * above]
  const wider = new Uint8Array(newWidth * newHeight).fill(255)
  for (let y = 0; y < height; y++) wider.set(data.subarray(y * width, (y + 1) * width), (y + above) * newWidth + margin)
  return { width: newWidth, height: newHeight, data: wider }
}

/** With less to the left and right. */
function narrowed({ width, height, data }: Grey, margin: number): Grey {
  const newWidth = width - 2 * margin
  const less = new Uint8Array(newWidth * height)
  for (let y = 0; y < height; y++) less.set(data.subarray(y * width + margin, y * width + margin + newWidth), y * newWidth)
  return { width: newWidth, height, data: less }
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

function once(picture: Picture): View {
  return { picture, counts: 1 }
}

function alone(ink: Grey): View {
  return once(pictureOf(close(ink)))
}

function pictureOf({ width, height, data }: Grey): Picture {
  const rgb = new Uint8Array(data.length * 3)
  for (const [pixel, shade] of data.entries()) rgb.fill(shade, pixel * 3, pixel * 3 + 3)
  return { width, height, rgb }
}
