import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { inkOf } from '../../ink/ink.ts'
import { lineOf } from '../../ink/line.ts'
import type { Grey } from '../../pictures/picture.ts'
import { between, svgOf, textOf } from '../drawing/draw.ts'
import { seeded } from '../drawing/random.ts'
import { tiffOf } from './tiff.ts'

/** `plain`: the generator as it comes. `varied`: its settings, sizes and the image's compression too. `twins`: like plain, rich in the two letters that differ by a pixel. */
export type Lesson = 'plain' | 'twins' | 'varied'

/** A line of text as the network sees it, and what it says. */
interface Line {
  readonly grey: Grey
  readonly label: string
}

const lessons: Readonly<Record<Lesson, (random: () => number) => Promise<Line>>> = {
  plain: (random) => plainLine(random, textOf(random, 4)),
  twins: (random) => plainLine(random, [...textOf(random, 4)].map((character) => (random() < 0.4 ? 'Il'.charAt(random() < 0.5 ? 0 : 1) : character)).join('')),
  varied: variedLine,
}

/** Labelled lines into `folder`, a hundred to a file: `page-N.tif` and its boxes, `page-N.box`. */
export async function generate(folder: string, lesson: Lesson, count: number, seed: number): Promise<void> {
  const random = seeded(seed)
  await mkdir(folder, { recursive: true })
  for (let page = 0; page * 100 < count; page++) {
    const lines: Line[] = []
    for (let i = 0; i < Math.min(100, count - page * 100); i++) lines.push(await lessons[lesson](random))
    await writeFile(join(folder, `page-${page}.tif`), tiffOf(lines.map((line) => line.grey)))
    await writeFile(join(folder, `page-${page}.box`), lines.map(({ grey, label }, index) => wordBox(grey, label, index)).join(''))
  }
}

function wordBox({ width, height }: Grey, label: string, page: number): string {
  return `WordStr 0 0 ${width} ${height} ${page} #${label}\n\t 0 0 ${width} ${height} ${page}\n`
}

async function plainLine(random: () => number, label: string): Promise<Line> {
  const svg = svgOf(random, label, { noise: Math.floor(random() * 2), color: random() < 0.5 })
  return { grey: await lineOfImage(Buffer.from(svg), 0.95 + random() * 0.1), label }
}

async function variedLine(random: () => number): Promise<Line> {
  const usual = random() < 0.5
  const sum = random() < 0.15
  const label = sum ? expression(random) : textOf(random, usual ? 4 : 3 + Math.floor(random() * 4))
  const size = usual ? {} : { width: between(random, 100, 200), height: between(random, 40, 60), fontSize: between(random, 40, 62) }
  const background = random() < 0.25 ? { background: colour(random) } : {}
  const svg = svgOf(random, label, { noise: Math.floor(random() * 4), color: random() < 0.5, ...size, ...background })
  let image = await sharp(Buffer.from(svg), { density: random() < 0.3 ? between(random, 60, 144) : 72 })
    .flatten({ background: '#fff' })
    .png()
    .toBuffer()
  if (random() < 0.2)
    image = await sharp(image)
      .jpeg({ quality: between(random, 50, 95) })
      .toBuffer()
  return { grey: await lineOfImage(image, 0.92 + random() * 0.16), label }
}

async function lineOfImage(image: Buffer, stretch: number): Promise<Grey> {
  const { data, info } = await sharp(image).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  return lineOf(inkOf({ width: info.width, height: info.height, rgb: data }), stretch)
}

function expression(random: () => number): string {
  const top = random() < 0.6 ? 9 : 99
  const number = () => String(between(random, 0, top))
  const operator = '+-+-+-*/'[Math.floor(random() * 8)]
  return `${number()}${operator}${number()}${['', '', '=', '=?'][Math.floor(random() * 4)]}`
}

function colour(random: () => number): string {
  return `#${Array.from({ length: 3 }, () => between(random, 0, 255).toString(16).padStart(2, '0')).join('')}`
}
