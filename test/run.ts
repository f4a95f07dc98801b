/**
 * `npm test`: finds or installs what the tests need beyond npm, runs every test, and ends with a line
 * `N passed, N failed` (`, N skipped`). A skip is printed with its reason; under CI=true it is an error.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { Parser } from 'tap-parser'
import { findChromium, wantedChromium } from './chromium.ts'
import { findCertutil, wantedCertutil } from './trust-authority.ts'

interface Count {
  passed: number
  failed: number
  readonly skipped: string[]
}

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin')
process.chdir(join(import.meta.dirname, '..'))
process.exitCode = await main(process.argv.slice(2))

async function main(files: readonly string[]): Promise<number> {
  await provideChromium()
  if (!existsSync('.tap/plugins')) await run(join(bin, 'tap'), ['build'])
  const child = spawn(join(bin, 'tap'), ['--reporter=tap', ...files], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
  const count = await follow(child.stdout)
  return conclude(count, await ended)
}

/** Browser tests drive a real Chromium that trusts the relay's CA: what is there, or Debian's where this process may install it. */
async function provideChromium(): Promise<void> {
  const missing = (): string[] => [...(findChromium() === undefined ? ['chromium'] : []), ...(findCertutil() === undefined ? ['libnss3-tools'] : [])]
  if (missing().length === 0) return
  const debianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (debianRoot) {
    console.log(`Installing ${missing().join(' and ')} with apt-get for the browser tests ...`)
    await run('apt-get', ['update', '-qq'])
    await run('apt-get', ['install', '-y', '-qq', ...missing()])
  }
  if (findChromium() === undefined) console.log(`The browser tests need Chromium, and ${wantedChromium}. They are skipped.`)
  if (findCertutil() === undefined) console.log(`Those through the proxy are skipped: ${wantedCertutil}.`)
}

function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Prints a line a file as it ends and every failure with what was seen; counts every assertion, those of subtests too. */
async function follow(tap: Readable): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: [] }
  const parser = new Parser()
  parser.on('pass', () => {
    count.passed += 1
  })
  parser.on('fail', (result) => {
    count.failed += 1
    console.log(`not ok  ${result.fullname} > ${result.name}\n${inspect(result.diag, { depth: 6 })}`)
  })
  parser.on('skip', (result) => {
    count.skipped.push(`${result.fullname}: ${result.skip === true ? 'no reason given' : result.skip}`)
  })
  parser.on('assert', ({ ok, name, time }) =>
    console.log(`${ok ? 'ok    ' : 'not ok'}  ${name}${typeof time === 'number' ? `  ${(time / 1000).toFixed(1)} s` : ''}`),
  )
  const done = new Promise((resolve) => parser.on('complete', resolve))
  tap.pipe(parser)
  await done
  return count
}

function conclude({ passed, failed, skipped }: Count, status: number): number {
  for (const line of skipped) console.log(`skipped: ${line}`)
  const forbidden = process.env.CI === 'true' && skipped.length > 0
  if (forbidden) console.log('A skip is an error here, because CI=true.')
  if (passed + failed === 0) console.log('No test ran.')
  console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  return status !== 0 || failed > 0 || forbidden || passed === 0 ? 1 : 0
}
