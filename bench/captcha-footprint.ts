/**
 * What reading captchas costs a process that does nothing else: `npx node bench/captcha-footprint.ts first|four`. A process for each, so that
 * nothing else counts. Prints one line of JSON.
 */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openReader } from '../captcha/index.ts'
import { draw } from '../captcha/training/drawing/draw.ts'
import type { Measured } from '../test/captcha/pictures/measure-bombs.ts'

interface Cost {
  /** From the call to the answer, the recognisers' start included. */
  readonly ms: number
  /** Processor time of all threads meanwhile, milliseconds. */
  readonly processorMs: number
  /** Memory of the whole process, megabytes. */
  readonly megabytes: number
}

const run = promisify(execFile)

/** The report's lines: a first read, four workers, image bombs. */
export async function footprint(): Promise<string[]> {
  const [first, four] = [await costOf('first'), await costOf('four')]
  const { stdout } = await run(process.execPath, ['--expose-gc', join(import.meta.dirname, '../test/captcha/pictures/measure-bombs.ts')])
  const bombs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measured)
  const told = ({ name, outcome, ms, megabytes }: Measured): string =>
    `  ${name}: ${outcome === 'read' ? 'read' : 'refused'} in ${ms.toFixed(1)} ms, ${Math.max(0, megabytes).toFixed(1)} MB`
  return [
    `first read after start, every look taken: ${Math.round(first.ms)} ms, ${Math.round(first.processorMs)} ms of processor time`,
    `4 workers with every model, the whole process: ${Math.round(four.megabytes)} MB`,
    'image bombs',
    ...bombs.map(told),
  ]
}

async function costOf(what: 'first' | 'four'): Promise<Cost> {
  const { stdout } = await run(process.execPath, [import.meta.filename, what])
  return JSON.parse(stdout) as Cost
}

/** Images that need every look. */
const images = async (count: number): Promise<Buffer[]> => (await draw({ noise: 3, width: 90, height: 30 }, count, 70_100)).map(({ image }) => image)

if (import.meta.main) {
  const isFirst = process.argv[2] === 'first'
  const all = await images(isFirst ? 1 : 4)
  const [began, processor] = [performance.now(), process.cpuUsage()]
  const reader = await openReader({ workers: isFirst ? 1 : 4 })
  for (let round = 0; round < (isFirst ? 1 : 5); round++) {
    await Promise.all(all.map((image) => reader.read(image)))
    if (!isFirst) await Promise.all(all.map((image) => reader.read(image, { kind: 'chinese' })))
  }
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(processor)
  console.log(JSON.stringify({ ms, processorMs: (user + system) / 1000, megabytes: process.memoryUsage().rss / 1e6 } satisfies Cost))
  await reader.close()
}
