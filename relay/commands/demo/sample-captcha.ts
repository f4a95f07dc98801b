import type { ConfigObject } from 'svg-captcha'

/** How the captcha is drawn: `size` characters, `noise` strokes, without `ignoreChars`, in `color` on a `background`. */
export type CaptchaDrawing = Pick<ConfigObject, 'size' | 'noise' | 'ignoreChars' | 'color' | 'background' | 'width' | 'height' | 'fontSize'>

export interface DrawnCaptcha {
  readonly answer: string
  readonly png: Buffer
}

/** A captcha as `svg-captcha` draws it, as PNG. Both libraries are loaded at the first image. */
export async function drawCaptcha(drawing: CaptchaDrawing): Promise<DrawnCaptcha> {
  const [{ default: svgCaptcha }, { default: sharp }] = await Promise.all([import('svg-captcha'), import('sharp')])
  const { text, data } = svgCaptcha.create({ size: 4, noise: 0, color: true, background: '#f3f1ec', ...drawing })
  return { answer: text, png: await sharp(Buffer.from(data)).png().toBuffer() }
}
