/**
 * How well and how fast captchas are read: `npx node bench/captcha.ts [count]`. The images come from seeds that neither
 * training nor calibration uses.
 */

import type { ReadResult } from '../captcha/index.ts'
import { openReader } from '../captcha/index.ts'
import { type DrawOptions, draw } from '../captcha/training/drawing/draw.ts'
import { footprint } from './captcha-footprint.ts'

const kinds: readonly (readonly [name: string, options: DrawOptions])[] = [
  ['svg-captcha, noise 0', { noise: 0 }],
  ['svg-captcha, noise 1', { noise: 1 }],
  ['svg-captcha, noise 2', { noise: 2 }],
  ['svg-captcha, noise 3', { noise: 3 }],
  ['svg-captcha, 5 characters, background', { noise: 1, size: 5, width: 170, background: '#cc9966' }],
  ['svg-captcha, sums', { noise: 1, sum: true }],
]
const thresholds = [0.5, 0.7, 0.8, 0.9, 0.95]
/** A try is spent on the first image read this surely, or on the last of as many as are fetched; so many tries are there. */
const rule = { confidence: 0.8, images: 6, tries: 4 }

interface Read {
  readonly right: boolean
  readonly confidence: number
  readonly ms: number
  /** Milliseconds of processor time, all threads together: what a busy machine does not lengthen. */
  readonly cpu: number
}

/** Reads `count` images of every kind; gives the report's lines. */
export async function run(count = 200): Promise<string[]> {
  const reader = await openReader({ workers: 1 })
  const lines: string[] = []
  const all: Read[] = []
  try {
    for (const [index, [name, options]] of kinds.entries()) {
      const reads: Read[] = []
      for (const { image, answer } of await draw(options, count, 70_000 + index)) {
        const began = process.cpuUsage()
        const read = await reader.read(image)
        const { user, system } = process.cpuUsage(began)
        reads.push(judged(read, answer, (user + system) / 1000))
      }
      // The first read starts the recogniser; its time is told beside.
      lines.push(...report(name, index === 0 ? reads.slice(1) : reads))
      all.push(...reads)
    }
  } finally {
    await reader.close()
  }
  return [...lines, ...calibration(all), ...(await footprint())]
}

function judged({ answer, confidence, ms }: ReadResult, truth: string, cpu: number): Read {
  return { right: answer === truth, confidence, ms, cpu }
}

function report(name: string, reads: readonly Read[]): string[] {
  const ms = reads.map((read) => read.ms).sort((a, b) => a - b)
  const cpu = reads.map((read) => read.cpu).sort((a, b) => a - b)
  const at = thresholds.map((threshold) => {
    const sure = reads.filter((read) => read.confidence >= threshold)
    return `${threshold}: ${percent(sure.length / reads.length)} of reads, ${percent(rightShare(sure))} right`
  })
  const { success, images } = signIn(reads)
  return [
    `${name} (${reads.length} images)`,
    `  whole string right ${percent(rightShare(reads))}; ${ms[Math.floor(ms.length / 2)]} ms median, ${ms[Math.floor(ms.length * 0.95)]} ms p95; ${Math.round(cpu[Math.floor(cpu.length / 2)] ?? 0)} ms of one core, median`,
    `  at confidence ${at.join('; ')}`,
    `  sign-in within ${rule.tries} tries ${percent(success, 2)}, ${images.toFixed(2)} images for the first try`,
  ]
}

/** The chance to be signed in by the rule above, and the mean images before the first try. */
function signIn(reads: readonly Read[]): { success: number; images: number } {
  const sure = reads.filter((read) => read.confidence >= rule.confidence)
  const unsure = reads.filter((read) => read.confidence < rule.confidence)
  const pass = sure.length / reads.length
  const found = 1 - (1 - pass) ** rule.images
  const tryRight = found * rightShare(sure) + (1 - found) * rightShare(unsure)
  const images = pass === 0 ? rule.images : found / pass
  return { success: 1 - (1 - tryRight) ** rule.tries, images }
}

function calibration(reads: readonly Read[]): string[] {
  const bins = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95].map((from, index, all) => ({ from, to: all[index + 1] ?? 1.01 }))
  const rows = bins.flatMap(({ from, to }) => {
    const part = reads.filter((read) => read.confidence >= from && read.confidence < to)
    const mean = part.reduce((sum, read) => sum + read.confidence, 0) / part.length
    return part.length === 0 ? [] : [`  said ${percent(mean)}, right ${percent(rightShare(part))} (${part.length} reads)`]
  })
  return ['calibration, all kinds', ...rows]
}

function rightShare(reads: readonly Read[]): number {
  return reads.length === 0 ? 0 : reads.filter((read) => read.right).length / reads.length
}

function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`
}

if (import.meta.main) {
  for (const line of await run(Number(process.argv[2] ?? 200))) console.log(line)
}
