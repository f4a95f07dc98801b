/**
 * What kind of image it is and how large, from its first bytes: before anything decodes it.
 */

import sharp from 'sharp'
import { bmpSize } from './bmp.ts'
import { unreadable } from './unreadable.ts'

export type ImageFormat = 'png' | 'jpeg' | 'gif' | 'webp' | 'bmp' | 'svg'

/** A captcha is some kilobytes; more than this is something else. */
export const maxBytes = 2 * 1024 * 1024
/** The longest side, and the most pixels, that are decoded. */
const maxSide = 4000
export const maxPixels = 2_000_000

/** The format by its magic bytes; `captcha_unreadable` for anything else. */
export function formatOf(bytes: Buffer): ImageFormat {
  if (bytes.length === 0) throw unreadable('it is empty')
  if (bytes.length > maxBytes) throw unreadable(`it is larger than ${maxBytes / 1024 / 1024} MB`)
  const starts = (text: string, at = 0): boolean => bytes.subarray(at, at + text.length).toString('latin1') === text
  if (starts('\x89PNG\r\n\x1a\n')) return 'png'
  if (starts('\xff\xd8\xff')) return 'jpeg'
  if (starts('GIF87a') || starts('GIF89a')) return 'gif'
  if (starts('RIFF') && starts('WEBP', 8)) return 'webp'
  if (starts('BM')) return 'bmp'
  const text = bytes
    .subarray(0, 1024)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
  if (/^(<\?xml|<!--|<svg[\s>]|<!DOCTYPE\s+svg)/i.test(text) && bytes.includes('<svg')) return 'svg'
  throw unreadable('it is not a PNG, JPEG, GIF, WebP, BMP or SVG')
}

/** Frames of an animation that are looked at; what comes after them repeats as a rule. */
export const maxFrames = 16

export interface ImageSize {
  readonly width: number
  readonly height: number
  readonly frames: number
}

/** Refuses an image too large to be a captcha, by the size its header declares; gives that, and the number of frames to decode. */
export async function checkSize(bytes: Buffer, format: ImageFormat): Promise<ImageSize> {
  const { width, height, frames } = format === 'bmp' ? { ...bmpSize(bytes), frames: 1 } : await declaredSize(bytes)
  if (width < 4 || height < 4) throw unreadable(`it is only ${width} by ${height} pixels`)
  if (width > maxSide || height > maxSide || width * height > maxPixels) throw unreadable(`it is ${width} by ${height} pixels, too large for a captcha`)
  // All frames together are bounded as one image is.
  return { width, height, frames: Math.max(1, Math.min(frames, maxFrames, Math.floor(maxPixels / (width * height)))) }
}

async function declaredSize(bytes: Buffer): Promise<ImageSize> {
  const {
    width,
    height,
    pages = 1,
  } = await sharp(bytes, { limitInputPixels: false, pages: 1 })
    .metadata()
    .catch((cause: unknown) => {
      throw unreadable('its header is damaged', cause)
    })
  return { width, height, frames: pages }
}
