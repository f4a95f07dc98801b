/**
 * Measures how often reads are right by what is known of them, on images drawn from seeds that training does not use and on folders of
 * labelled ones (captcha/score.ts says what stands in them), and writes captcha/decoding/calibration-weights.ts:
 * `npx node captcha/training/calibrate.ts COUNT [FOLDER...] [--model MODELS]`. With MODELS, a folder with models of one's own, it measures
 * those and writes their calibration.json. Every source has COUNT images at most. Chinese characters are calibrated on
 * the folders whose answers hold some.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { type Evidence, featuresOf, type Stage } from '../decoding/calibration.ts'
import { networkLetters, ownModels } from '../engine/models.ts'
import { calibrationFile, openModels } from '../model-folder.ts'
import { openPools } from '../pools.ts'
import { lookAt } from '../read.ts'
import { chanceOf } from './drawing/chance.ts'
import { type DrawOptions, draw } from './drawing/draw.ts'
import { fontFiles } from './drawing/fonts.ts'
import { type Font, loadFont } from './drawing/glyphs.ts'
import { seeded } from './drawing/random.ts'
import { styled } from './drawing/styled.ts'
import { word } from './drawing/words.ts'

interface Labelled {
  readonly image: Buffer
  readonly answer: string
}

interface Read extends Evidence {
  readonly right: boolean
}

const stages: readonly Stage[] = ['first', 'second', 'further', 'chinese']
const drawings: readonly DrawOptions[] = [
  { noise: 0 },
  { noise: 1 },
  { noise: 2 },
  { noise: 3 },
  { noise: 1, size: 5, width: 170 },
  { noise: 1, background: '#cc9966' },
  { noise: 1, sum: true },
]

async function* sources(count: number, folders: readonly string[]): AsyncGenerator<readonly [name: string, images: readonly Labelled[]]> {
  for (const [index, drawing] of drawings.entries()) yield [`svg-captcha ${JSON.stringify(drawing)}`, await draw(drawing, count, 9000 + index)]
  const fonts = await someFonts()
  for (const hardness of [0.1, 0.4, 0.7, 1]) yield [`styled ${hardness}`, await styledImages(fonts, hardness, count)]
  for (const folder of folders) yield [folder, await fromFolder(folder, count)]
}

async function someFonts(): Promise<Font[]> {
  const fonts = await Promise.all(
    fontFiles()
      .filter((_, index) => index % 5 === 0)
      .map((file) => loadFont(file, networkLetters)),
  )
  return fonts.filter((font) => font !== undefined)
}

async function styledImages(fonts: readonly Font[], hardness: number, count: number): Promise<Labelled[]> {
  const chance = chanceOf(seeded(770_000 + Math.round(hardness * 10)))
  const images: Labelled[] = []
  while (images.length < count) {
    const answer = word(chance)
    // What a sum's answer is depends on its value: those by svg-captcha and of the folders are enough.
    if (!/^[a-z\d]+$/i.test(answer)) continue
    const { width, height, rgb } = styled(chance, fonts, answer, hardness)
    images.push({
      answer,
      image: await sharp(rgb, { raw: { width, height, channels: 3 } })
        .png()
        .toBuffer(),
    })
  }
  return images
}

async function fromFolder(folder: string, count: number): Promise<Labelled[]> {
  const lines = (await readFile(join(folder, 'labels.tsv'), 'utf8')).split(/\r?\n/).filter((line) => line !== '')
  return Promise.all(
    lines.slice(0, count).map(async (line) => {
      const [file = '', answer = ''] = line.split('\t')
      return { answer, image: await readFile(join(folder, file)) }
    }),
  )
}

async function measure(count: number, folders: readonly string[]): Promise<Read[]> {
  const pools = openPools(1, models)
  const reads: Read[] = []
  for await (const [name, images] of sources(count, folders)) {
    let right = 0
    for (const { image, answer } of images) {
      const [best] = (await lookAt(image, {}, pools)).texts
      if (best === undefined) continue
      if (best.answer === answer) right++
      reads.push({ ...best.evidence, right: best.answer === answer })
    }
    console.log(`${name}: ${right} of ${images.length} right`)
  }
  await pools.close()
  return reads
}

/**
 * Weights under which the reads are likeliest, held near nothing where reads are few (ridge); found by Newton's way, one weight after the
 * other. What speaks for a text never counts against it, whatever few reads would have it.
 */
function fitted(reads: readonly Read[], start: readonly number[]): number[] {
  if (reads.length < 30) return [...start]
  const rows = reads.map((read) => featuresOf(read))
  const weights = rows[0]?.map(() => 0) ?? []
  for (let round = 0; round < 400; round++) {
    for (const index of weights.keys()) {
      let [slope, curve] = [(weights[index] ?? 0) * 0.5, 0.5]
      for (const [at, row] of rows.entries()) {
        const chance = 1 / (1 + Math.exp(-row.reduce((sum, value, feature) => sum + value * (weights[feature] ?? 0), 0)))
        slope += (chance - (reads[at]?.right ? 1 : 0)) * (row[index] ?? 0)
        curve += chance * (1 - chance) * (row[index] ?? 0) ** 2
      }
      const better = (weights[index] ?? 0) - slope / curve
      weights[index] = index === 1 || index === 2 ? Math.max(0.05, better) : better
    }
  }
  return weights
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { model: { type: 'string' } } })
const [count = '100', ...folders] = positionals
const models = values.model === undefined ? ownModels : await openModels(values.model)
const reads = await measure(Number(count), folders)
const weights = stages.map((stage) => {
  const part = reads.filter((read) => read.stage === stage)
  console.log(`${stage}: ${part.length} reads, ${part.filter(({ right }) => right).length} right`)
  return [stage, fitted(part, models.weights[stage]).map((value) => Number(value.toFixed(3)))] as const
})
if (values.model === undefined) {
  const lines = weights.map(([stage, numbers]) => `  ${stage}: [${numbers.join(', ')}],`)
  await writeFile(
    join(import.meta.dirname, '../decoding/calibration-weights.ts'),
    `/** Written by captcha/training/calibrate.ts. */\n\nexport const weights = {\n${lines.join('\n')}\n}\n`,
  )
} else await writeFile(join(values.model, calibrationFile), `${JSON.stringify(Object.fromEntries(weights), undefined, 2)}\n`)
console.log(weights.map(([stage, numbers]) => `${stage}: ${numbers.join(', ')}`).join('\n'))
