import { spawn } from 'node:child_process'
import { copyFile, rm } from 'node:fs/promises'
import { RelayError } from '../../errors.ts'

/** One thing that is done to a store of certificates. */
export type Step =
  | { readonly do: 'copy'; readonly from: string; readonly to: string }
  | { readonly do: 'remove'; readonly file: string }
  /** `mayFail`: there is nothing to take away, maybe. */
  | { readonly do: 'run'; readonly words: readonly string[]; readonly mayFail?: true }

/** As a person would type it. */
export function inWords(step: Step): string {
  switch (step.do) {
    case 'copy':
      return shellLine(['cp', step.from, step.to])
    case 'remove':
      return shellLine(['rm', '-f', step.file])
    case 'run':
      return shellLine(step.words)
  }
}

/** `ca_store_failed`. */
export async function perform(step: Step): Promise<void> {
  try {
    if (step.do === 'copy') await copyFile(step.from, step.to)
    else if (step.do === 'remove') await rm(step.file, { force: true })
    else await runQuietly(step.words)
  } catch (cause) {
    if (step.do === 'run' && step.mayFail === true) return
    const advice = cause instanceof MissingProgram ? cause.advice : whoseStores
    throw new RelayError('ca_store_failed', { params: { step: inWords(step), reason: (cause as Error).message, advice }, cause })
  }
}

const whoseStores =
  'Stores of the system take an administrator: run it with sudo. Those of Firefox and Chromium are your own: run it as yourself, with the browser closed.'

/** What brings a program that is often missing. */
const packages: Readonly<Record<string, string>> = {
  certutil: ' (Debian: apt-get install libnss3-tools; Fedora: dnf install nss-tools)',
  keytool: ': it comes with Java',
}

class MissingProgram extends Error {
  readonly advice: string

  constructor(command: string) {
    super(`${command} is not here`)
    this.advice = `Install it${packages[command] ?? ''}; then do this again.`
  }
}

function runQuietly([command = '', ...rest]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-300)))
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? new MissingProgram(command) : error))
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(said.trim() === '' ? `it ended with status ${code}` : said.trim()))
    })
  })
}

function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}
