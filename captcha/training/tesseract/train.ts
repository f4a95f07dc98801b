/**
 * Trains the model anew: `npx node captcha/training/tesseract/train.ts [work-folder]`. Needs Debian's package `tesseract-ocr`; one
 * core, about 45 minutes. The result replaces captcha/models/captcha.traineddata.gz. What each lesson is for, and what came
 * of it: captcha/training/README.md.
 */

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { letters } from '../../engine/models.ts'
import { generate, type Lesson } from './generate.ts'

interface Stage {
  readonly name: string
  /** Images to add to those of the stages before. */
  readonly lesson: Lesson
  readonly count: number
  readonly seed: number
  readonly iterations: number
  readonly rate: number
}

/** Easy ones first: from the mixture alone the network does not begin to learn. */
const stages: readonly Stage[] = [
  { name: 'plain', lesson: 'plain', count: 4000, seed: 11, iterations: 30_000, rate: 0.002 },
  { name: 'varied', lesson: 'varied', count: 12_000, seed: 12, iterations: 55_600, rate: 0.002 },
  { name: 'fine', lesson: 'plain', count: 8000, seed: 13, iterations: 33_200, rate: 0.0005 },
  { name: 'twins', lesson: 'twins', count: 6000, seed: 14, iterations: 44_700, rate: 0.0005 },
]
/** Height 48, one channel: a convolution, a pooling, four LSTMs (the first up the columns), an output a character. */
const network = (outputs: number): string => `[1,48,0,1 Ct3,3,16 Mp3,3 Lfys48 Lfx96 Lrx96 Lfx128 O1c${outputs}]`

const folder = parseArgs({ allowPositionals: true }).positionals[0] ?? (await mkdtemp(join(tmpdir(), 'captcha-training-')))
await mkdir(folder, { recursive: true })
console.log(`work folder: ${folder}`)

const { traineddata, outputs } = await describeLetters()
const pages: string[] = []
let before: string | undefined
for (const stage of stages) {
  pages.push(...(await prepare(stage)))
  before = await learn(stage, before)
}
await finish(before ?? '')

/** The characters, as the trainer wants them told. */
async function describeLetters(): Promise<{ traineddata: string; outputs: number }> {
  await writeFile(join(folder, 'letters.txt'), letters.map((letter) => `${letter}\n`).join(''))
  await writeFile(join(folder, 'radical-stroke.txt'), '1\t1\n')
  await mkdir(join(folder, 'language'), { recursive: true })
  await tool('unicharset_extractor', '--output_unicharset', 'captcha.unicharset', '--norm_mode', '1', 'letters.txt')
  const language = ['--input_unicharset', 'captcha.unicharset', '--script_dir', '.', '--output_dir', 'language', '--lang', 'captcha']
  await tool('combine_lang_model', ...language, '--pass_through_recoder')
  const unicharset = await readFile(join(folder, 'language/captcha/captcha.unicharset'), 'utf8')
  return { traineddata: 'language/captcha/captcha.traineddata', outputs: Number(unicharset.split('\n')[0]) }
}

/** Draws a stage's images and turns them into the trainer's own files; gives their paths. */
async function prepare({ name, lesson, count, seed }: Stage): Promise<string[]> {
  await generate(join(folder, name), lesson, count, seed)
  const images = (await readdir(join(folder, name))).filter((file) => file.endsWith('.tif')).sort()
  for (const image of images) await tool('tesseract', `${name}/${image}`, `${name}/${image.slice(0, -4)}`, '--psm', '13', 'lstm.train')
  console.log(`${name}: ${count} images`)
  return images.map((image) => join(folder, name, image.replace('.tif', '.lstmf')))
}

/** Trains on all pages so far, from where the stage before ended; gives the checkpoint. */
async function learn({ name, iterations, rate }: Stage, from: string | undefined): Promise<string> {
  await writeFile(join(folder, `${name}.list`), pages.map((page) => `${page}\n`).join(''))
  const start = from === undefined ? ['--net_spec', network(outputs)] : ['--continue_from', from, '--reset_learning_rate']
  const limits = ['--learning_rate', String(rate), '--max_iterations', String(iterations)]
  const told = await tool('lstmtraining', '--traineddata', traineddata, ...start, ...limits, '--train_listfile', `${name}.list`, '--model_output', name)
  console.log(told.trim().split('\n').at(-1))
  return `${name}_checkpoint`
}

/** The network in whole numbers (a quarter of the size, and faster), packed. */
async function finish(checkpoint: string): Promise<void> {
  await tool(
    'lstmtraining',
    '--stop_training',
    '--convert_to_int',
    '--continue_from',
    checkpoint,
    '--traineddata',
    traineddata,
    '--model_output',
    'captcha.traineddata',
  )
  await writeFile(join(import.meta.dirname, '../../models/captcha.traineddata.gz'), gzipSync(await readFile(join(folder, 'captcha.traineddata')), { level: 9 }))
}

/** One core: the order of the additions, and so the result, depends on the number of threads. */
async function tool(name: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(name, [...words], { cwd: folder, env: { ...process.env, OMP_THREAD_LIMIT: '1' }, maxBuffer: 2 ** 28 })
  return stdout + stderr
}
