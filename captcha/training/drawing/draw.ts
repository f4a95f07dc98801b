import sharp from 'sharp'
import svgCaptcha from 'svg-captcha'
import { seeded } from './random.ts'

/** An image as a site would send it, and what is right to type. */
export interface Drawn {
  readonly image: Buffer
  readonly svg: string
  readonly answer: string
}

/** svg-captcha's own function takes a text to draw; its types leave that out. */
const drawText = svgCaptcha as unknown as (text: string, options: svgCaptcha.ConfigObject) => string

/** A text as svg-captcha draws it; `random` takes the place of Math.random, the only source it draws from. */
export function svgOf(random: () => number, text: string, options: svgCaptcha.ConfigObject): string {
  const usual = Math.random
  Math.random = random
  try {
    return drawText(text, options)
  } finally {
    Math.random = usual
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** `length` characters, each as likely as the others. */
export function textOf(random: () => number, length: number): string {
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
}

/** A whole number from `low` to `high`. */
export function between(random: () => number, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

export type DrawOptions = svgCaptcha.ConfigObject & {
  /** A sum of two numbers from 0 to 99 instead of letters and digits. */
  readonly sum?: boolean
}

/** Images by svg-captcha as PNG, every second one in colour unless `options` say; the same for the same seed. */
export async function draw({ sum = false, ...options }: DrawOptions, count: number, seed: number): Promise<Drawn[]> {
  const random = seeded(seed)
  const drawn: Drawn[] = []
  for (let index = 0; index < count; index++) {
    const { text, answer } = sum ? sumOf(random) : same(textOf(random, options.size ?? 4))
    const svg = svgOf(random, text, { color: index % 2 === 0, ...options })
    drawn.push({ svg, answer, image: await sharp(Buffer.from(svg)).png().toBuffer() })
  }
  return drawn
}

function same(text: string): { text: string; answer: string } {
  return { text, answer: text }
}

function sumOf(random: () => number): { text: string; answer: string } {
  const top = random() < 0.7 ? 9 : 99
  const [left, right] = [between(random, 0, top), between(random, 0, top)]
  const plus = random() < 0.5
  return { text: `${left}${plus ? '+' : '-'}${right}`, answer: String(plus ? left + right : left - right) }
}
