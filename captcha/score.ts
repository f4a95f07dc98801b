/** How well images of one's own are read, folder by folder: the command of `usage`. */

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { isRelayError } from '../relay/errors.ts'
import type { CaptchaReader, ReadHints } from './contract.ts'
import { openReader } from './index.ts'

const kinds: readonly (ReadHints['kind'] & string)[] = ['text', 'arithmetic', 'chinese', 'auto']
const usage = `npm run captcha:score -- [FOLDER] [--kind KIND] [--alphabet CHARACTERS] [--length N | --length N-M] [--ignore-case] [--model MODELS]

FOLDER (the present one unless named), or each folder in it, holds images and labels.tsv, a line for each image: file, TAB, answer.
KIND is ${kinds.join(', ')}. MODELS is a folder with models of your own (docs/captcha.md).`

/** A read and what came of it. */
export interface Scored {
  readonly right: boolean
  /** Right where capitals and small letters count as one. */
  readonly alike: boolean
  readonly confidence: number
  readonly ms: number
}

export interface Score {
  readonly images: number
  readonly right: number
  readonly alike: number
  /** Of four images one after the other the surest read: how often it is right. */
  readonly bestOfFour: number
  /** The share of reads with confidence above 0.9, and how many of those are right. */
  readonly sure: number
  readonly sureRight: number
  /** Mean distance between confidence and being right, over tenths of confidence, weighted by reads. */
  readonly calibrationError: number
  readonly ms: number
}

/** Reads all images of a folder that `labels.tsv` names. */
export async function scoreFolder(reader: CaptchaReader, folder: string, hints: ReadHints): Promise<Scored[]> {
  const lines = (await readFile(join(folder, 'labels.tsv'), 'utf8')).split(/\r?\n/).filter((line) => line !== '')
  const scored: Scored[] = []
  for (const line of lines) {
    const [file = '', truth = ''] = line.split('\t')
    const image = await readFile(join(folder, file)).catch((cause: unknown) => {
      throw new Error(`${join(folder, 'labels.tsv')} names ${file}, which cannot be read`, { cause })
    })
    const { answer, confidence, ms } = await reader.read(image, hints)
    scored.push({ right: answer === truth, alike: answer.toLowerCase() === truth.toLowerCase(), confidence, ms })
  }
  return scored
}

export function scoreOf(reads: readonly Scored[]): Score {
  const sure = reads.filter((read) => read.confidence > 0.9)
  const fours = Array.from({ length: Math.floor(reads.length / 4) }, (_, index) => surest(reads.slice(index * 4, index * 4 + 4)))
  const tenths = Array.from({ length: 10 }, (_, tenth) => reads.filter((read) => Math.min(9, Math.floor(read.confidence * 10)) === tenth))
  return {
    images: reads.length,
    right: share(reads, (read) => read.right),
    alike: share(reads, (read) => read.alike),
    bestOfFour: share(fours, (read) => read.right),
    sure: sure.length / reads.length,
    sureRight: share(sure, (read) => read.right),
    calibrationError:
      tenths.reduce((sum, part) => sum + Math.abs(part.reduce((gap, read) => gap + read.confidence - (read.right ? 1 : 0), 0)), 0) / reads.length,
    ms: reads.map((read) => read.ms).sort((a, b) => a - b)[Math.floor(reads.length / 2)] ?? 0,
  }
}

function surest(reads: readonly Scored[]): Scored {
  return reads.reduce((a, b) => (b.confidence > a.confidence ? b : a))
}

function share<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(holds).length / all.length
}

/** FOLDER itself where it has labels, else those of its folders that have. Throws where none has. */
async function labelled(folder: string): Promise<string[]> {
  if (existsSync(join(folder, 'labels.tsv'))) return [folder]
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new Error(`${folder} is no folder that can be read`, { cause })
  })
  const inside = names
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'labels.tsv')))
  if (inside.length === 0) throw new Error(`neither ${folder} nor a folder in it holds labels.tsv`)
  return inside
}

function row(name: string, score: Score): string {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`
  const cells = [
    percent(score.right),
    percent(score.alike),
    percent(score.bestOfFour),
    percent(score.sure),
    score.sure === 0 ? '-' : percent(score.sureRight),
    score.calibrationError.toFixed(3),
  ]
  return `| ${[name, score.images, ...cells, score.ms].join(' | ')} |`
}

async function main(): Promise<void> {
  const { hints, model, folder, isHelp } = asked()
  if (isHelp) return console.log(usage)
  const folders = await labelled(folder)
  const reader = await openReader({ workers: 1, ...(model === undefined ? {} : { model }) })
  const all: Scored[] = []
  try {
    console.log('| images of | count | right | but for case | surest of 4 right | above 0.9 | of those right | calibration error | ms, median |')
    console.log('|---|---|---|---|---|---|---|---|---|')
    for (const folder of folders) {
      const reads = await scoreFolder(reader, folder, hints)
      if (reads.length === 0) throw new Error(`${join(folder, 'labels.tsv')} names no image`)
      console.log(row(basename(folder), scoreOf(reads)))
      all.push(...reads)
    }
    console.log(row('all', scoreOf(all)))
  } finally {
    await reader.close()
  }
}

interface Asked {
  readonly hints: ReadHints
  readonly model: string | undefined
  readonly folder: string
  readonly isHelp: boolean
}

/** What the command line says. Throws where it cannot be meant. */
function asked(): Asked {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      kind: { type: 'string' },
      alphabet: { type: 'string' },
      length: { type: 'string' },
      'ignore-case': { type: 'boolean' },
      model: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const kind = kinds.find((known) => known === values.kind)
  if (values.kind !== undefined && kind === undefined) throw new Error(`--kind is ${kinds.join(', ')}, not ${values.kind}`)
  if (values.length !== undefined && !/^\d+(-\d+)?$/.test(values.length)) throw new Error(`--length is a number, as 4, or two, as 4-6, not ${values.length}`)
  const [least, most] = (values.length ?? '').split('-').map(Number)
  const hints: ReadHints = {
    ...(kind === undefined ? {} : { kind }),
    ...(values.alphabet === undefined ? {} : { alphabet: values.alphabet }),
    ...(values.length === undefined || least === undefined ? {} : { length: most === undefined ? least : ([least, most] as const) }),
    ...(values['ignore-case'] === true ? { caseSensitive: false } : {}),
  }
  return { hints, model: values.model, folder: positionals[0] ?? '.', isHelp: values.help === true }
}

function explained(error: unknown): string {
  if (isRelayError(error)) return `${error.message}\n${error.next}`
  return `${error instanceof Error ? error.message : String(error)}\n\n${usage}`
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(explained(error))
    process.exitCode = 2
  })
}
