/**
 * Decodes every bomb in this process and prints a line of JSON for each: what came of it, milliseconds, processor time, and by how many
 * megabytes the process grew at most. A process of its own, because others' memory would count too.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { decode } from '../../../captcha/pictures/decode.ts'
import { isRelayError } from '../../../relay/errors.ts'
import { pngHeader } from '../images.ts'
import { bombs, defused } from './bombs.ts'

export interface Measured {
  readonly name: string
  /** `read`, or why it was refused. */
  readonly outcome: string
  readonly ms: number
  readonly processorMs: number
  readonly megabytes: number
}

/** The memory in use, or the most that was since the count began anew, megabytes (Linux). */
async function memory(which: 'VmRSS' | 'VmHWM'): Promise<number> {
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024
}

async function outcomeOf(image: Buffer): Promise<string> {
  try {
    await decode(image)
    return 'read'
  } catch (error) {
    return isRelayError(error, 'captcha_unreadable') ? String(error.params.reason) : `thrown: ${String(error)}`
  }
}

// The libraries start with the first image.
await outcomeOf(pngHeader(100, 50))
await outcomeOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="150" height="50"><path d="M0 0h9v9z"/></svg>'))
for (const { name, make } of [...bombs, ...defused]) {
  const image = make()
  globalThis.gc?.()
  // The highest mark is set back to what is in use now.
  await writeFile('/proc/self/clear_refs', '5')
  const [before, processor, began] = [await memory('VmRSS'), process.cpuUsage(), performance.now()]
  const outcome = await outcomeOf(image)
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(processor)
  const megabytes = (await memory('VmHWM')) - before
  console.log(JSON.stringify({ name, outcome, ms, processorMs: (user + system) / 1000, megabytes } satisfies Measured))
}
