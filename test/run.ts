/**
 * `npm test`: finds or installs what the tests need beyond npm, runs every test, and ends with a line
 * `N passed, N failed` (`, N skipped`). A skip is printed with its reason; under CI=true it is an error, but for a product or a Firefox that cannot be had.
 */
import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { Parser } from 'tap-parser'
import { findChromium, wantedChromium } from './chromium.ts'
import { findFirefox } from './firefox.ts'
import { installFromNpm, missingPackages, notHere } from './products/provide.ts'
import { missingTools } from './tools.ts'
import { findCertutil, wantedCertutil } from './trust-authority.ts'

interface Count {
  passed: number
  failed: number
  readonly skipped: string[]
}

/** A machine that has other work is given its time. */
const fileSeconds = 300

const bin = join(import.meta.dirname, '..', 'node_modules', '.bin')
process.chdir(join(import.meta.dirname, '..'))
process.exitCode = await main(process.argv.slice(2))

async function main(named: readonly string[]): Promise<number> {
  const files = named.length > 0 ? [...named] : globSync('test/**/*.test.ts', { exclude: (path) => path.endsWith('node_modules') }).sort()
  const hasProducts = files.some(isOfProduct)
  // It takes a minute where nothing is there yet: other tests run meanwhile.
  const products = hasProducts ? installFromNpm() : Promise.resolve()
  await provideFromDebian(hasProducts)
  if (!existsSync('.tap/plugins')) await run(join(bin, 'tap'), ['build'])
  const count: Count = { passed: 0, failed: 0, skipped: [] }
  const lanes = Array.from({ length: availableParallelism() }, async () => {
    for (let file = files.shift(); file !== undefined; file = files.shift()) {
      if (isOfProduct(file)) await products
      const { passed, failed, skipped } = await runFile(file)
      count.passed += passed
      count.failed += failed
      count.skipped.push(...skipped)
    }
  })
  await Promise.all(lanes)
  return conclude(count)
}

/**
 * Every file is a program of its own. `tap` itself would start it with its own hooks, and have them in every process that the file
 * starts in turn: the relay under test, and an adapter's process, whose permissions allow none of that.
 */
async function runFile(file: string): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: [] }
  const start = performance.now()
  const child = spawn(process.execPath, [file], { env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(fileSeconds) }, stdio: ['ignore', 'pipe', 'pipe'] })
  const late = setTimeout(() => child.kill('SIGKILL'), (fileSeconds + 30) * 1000)
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(signal ?? String(code ?? 1))))
  await follow(file, child.stdout, count)
  const end = await ended
  clearTimeout(late)
  if (end !== '0' && count.failed === 0) {
    count.failed += 1
    console.log(`not ok  ${file} ended with ${end}`)
  }
  const ok = count.failed === 0
  if (!ok && said !== '') console.log(said)
  console.log(`${ok ? 'ok    ' : 'not ok'}  ${file}  ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return count
}

function isOfProduct(file: string): boolean {
  return /(?:^|\/)test\/products\//.test(file)
}

/**
 * Browser tests drive a real Chromium that trusts the relay's CA, and Firefox where it can be had; tests of products sign in to real ones:
 * what is there, or Debian's where this process may install it; so with the clients that people use a proxy with.
 */
async function provideFromDebian(hasProducts: boolean): Promise<void> {
  const forBrowser = (): string[] => [...(findChromium() === undefined ? ['chromium'] : []), ...(findCertutil() === undefined ? ['libnss3-tools'] : [])]
  const firefox = (): string[] => (findFirefox() === undefined ? ['firefox-esr'] : [])
  const missing = (): string[] => [...forBrowser(), ...firefox(), ...missingTools(), ...(hasProducts ? missingPackages() : [])]
  if (missing().length === 0) return
  const debianRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (debianRoot) {
    console.log(`Installing ${missing().join(', ')} with apt-get for the tests ...`)
    await run('apt-get', ['update', '-qq'])
    const browser = forBrowser()
    if (browser.length > 0) await run('apt-get', ['install', '-y', '-qq', ...browser])
    // One that this Debian does not have does not keep the others away.
    const known = await Promise.all(missing().map(async (name) => ((await run('apt-cache', ['show', name])) === 0 ? [name] : [])))
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...known.flat()])
  }
  if (hasProducts && missingPackages().length > 0) console.log(`Products that are not here, ${missingPackages().join(', ')}, are not tested.`)
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

/** Prints every failure with what was seen; counts every assertion, those of subtests too. */
async function follow(file: string, tap: Readable, count: Count): Promise<void> {
  const parser = new Parser({ name: file })
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
  const done = new Promise((resolve) => parser.on('complete', resolve))
  tap.pipe(parser)
  await done
}

function conclude({ passed, failed, skipped }: Count): number {
  for (const line of skipped) console.log(`skipped: ${line}`)
  const forbidden = process.env.CI === 'true' && skipped.some((line) => !line.includes(notHere))
  if (forbidden) console.log('A skip is an error here, because CI=true.')
  if (passed + failed === 0) console.log('No test ran.')
  console.log(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  return failed > 0 || forbidden || passed === 0 ? 1 : 0
}
