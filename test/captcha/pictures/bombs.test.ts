import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { bombs, defused } from './bombs.ts'
import type { Measured } from './measure-bombs.ts'

/** Processor time, which a busy machine does not lengthen much; `npm run bench -- captcha` prints the time by the clock. */
const mostMilliseconds = 1000
const mostMegabytes = 50

t.test('image bombs are refused, or read without what would burst, in bounded memory and time', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', join(import.meta.dirname, 'measure-bombs.ts')])
  const measured = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Measured)
      .map((one) => [one.name, one]),
  )
  for (const { name, refused } of bombs) t.match(measured.get(name)?.outcome, refused, name)
  for (const { name } of defused) t.equal(measured.get(name)?.outcome, 'read', name)
  for (const { name, megabytes, processorMs } of measured.values()) {
    t.ok(megabytes < mostMegabytes, `${name}: ${megabytes.toFixed(1)} MB more`)
    t.ok(processorMs < mostMilliseconds, `${name}: ${processorMs.toFixed(1)} ms of processor time`)
  }
})
