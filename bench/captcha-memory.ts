/**
 * What the memory of a site adds: `npx node bench/captcha-memory.ts FOLDER...`, folders with images and `labels.tsv` (file, TAB, answer); without
 * one, digits of a fixed font that no model was trained on. A tenth of the images is read after the other nine tenths were confirmed, ten times over.
 */

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type CaptchaReader, openReader, type ReadHints, type ReadResult, SiteMemory } from '../captcha/index.ts'
import { digits, drawing, png } from '../test/captcha/memory/drawn-text.ts'

const folds = 10

interface Sample {
  readonly image: Buffer
  readonly answer: string
}

async function load(folder: string): Promise<Sample[]> {
  const lines = (await readFile(join(folder, 'labels.tsv'), 'utf8')).split(/\r?\n/).filter((line) => line !== '')
  return Promise.all(
    lines.map(async (line) => {
      const [file = '', answer = ''] = line.split('\t')
      return { image: await readFile(join(folder, file)), answer }
    }),
  )
}

/** Each image is read once for each set of hints. */
function remembering(reader: CaptchaReader): Pick<CaptchaReader, 'read'> {
  const known = new Map<Buffer, Map<string, Promise<ReadResult>>>()
  return {
    read(image, hints: ReadHints = {}) {
      const reads = known.get(image) ?? new Map<string, Promise<ReadResult>>()
      known.set(image, reads)
      const key = JSON.stringify(hints)
      const read = reads.get(key) ?? reader.read(image, hints)
      reads.set(key, read)
      return read
    },
  }
}

/** A reader that sees nothing: what is read then, the glyphs alone have read. */
const blind: Pick<CaptchaReader, 'read'> = { read: async () => ({ text: '', answer: '', confidence: 0, kind: 'text', candidates: [], ms: 0 }) }

async function measure(reader: Pick<CaptchaReader, 'read'>, samples: readonly Sample[]): Promise<string[]> {
  let [plain, hinted, glyphs, all, sure, sureRight, milliseconds, bytes] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (let fold = 0; fold < folds; fold++) {
    const memory = new SiteMemory()
    for (const [index, { image, answer }] of samples.entries()) {
      if (index % folds === fold) continue
      const read = await reader.read(image)
      await memory.learn({ is: 'accepted', image, answer, by: 'person', read: { ...read, claimed: read.confidence } })
    }
    bytes = Math.max(bytes, JSON.stringify(memory.snapshot()).length)
    for (const [index, { image, answer }] of samples.entries()) {
      if (index % folds !== fold) continue
      const isRight = async (read: Promise<ReadResult>) => ((await read).answer === answer ? 1 : 0)
      plain += await isRight(reader.read(image))
      hinted += await isRight(reader.read(image, memory.hints({})))
      const began = performance.now()
      glyphs += await isRight(memory.read(blind, image, {}))
      milliseconds += performance.now() - began
      const read = await memory.read(reader, image, {})
      const right = await isRight(Promise.resolve(read))
      all += right
      if (read.confidence <= 0.9) continue
      sure += 1
      sureRight += right
    }
  }
  const percent = (count: number, of = samples.length) => (of === 0 ? '-' : `${Math.round((100 * count) / of)} %`)
  const each = (milliseconds / samples.length).toFixed(1)
  return [percent(plain), percent(hinted), percent(glyphs), percent(all), percent(sure), percent(sureRight, sure), each, `${Math.round(bytes / 1024)} KiB`]
}

/** As small systems draw them, without and with a grid over them. */
const drawn = (grid: boolean): Promise<Sample[]> =>
  Promise.all(Array.from({ length: 100 }, async (_, index) => ({ image: await png(drawing(digits(index), { seed: index, grid })), answer: digits(index) })))

/** Gives the report's lines, a table. */
export async function run(folders: readonly string[] = []): Promise<string[]> {
  const kinds: readonly (readonly [name: string, load: () => Promise<Sample[]>])[] =
    folders.length > 0
      ? folders.map((folder) => [basename(folder), () => load(folder)] as const)
      : [['digits of dots', () => drawn(false)] as const, ['digits of dots under a grid', () => drawn(true)] as const]
  const reader = await openReader({ workers: 1 })
  const lines = [
    '| images of | before | with learned hints | glyphs alone | all together | confidence above 0.9 | of those right | ms for the glyphs | memory |',
    '|---|---|---|---|---|---|---|---|---|',
  ]
  try {
    for (const [name, samples] of kinds) lines.push(`| ${[name, ...(await measure(remembering(reader), await samples()))].join(' | ')} |`)
  } finally {
    await reader.close()
  }
  return lines
}

if (import.meta.main) {
  for (const line of await run(process.argv.slice(2))) console.log(line)
}
