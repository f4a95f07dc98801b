import { existsSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'
import { readSteps } from '../../../adapters/index.ts'
import { RelayError } from '../../errors.ts'
import { printJson, printLine, printNote } from '../output.ts'
import { draftSteps } from './draft-steps.ts'
import { record } from './recording.ts'
import { redactRecording, typedIn } from './redact-recording.ts'
import { checkName, type NewFilesOptions, writeNew } from './write-files.ts'

interface RecordOptions extends NewFilesOptions {
  readonly name: string
  readonly chromium?: string
}

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium']

/** `adapter record URL`: a person signs in once in a window of its own, with an empty profile that is gone afterwards. */
export async function recordAdapter(url: string, options: RecordOptions): Promise<void> {
  checkName(options.name, 'adapter record')
  if (!URL.canParse(url)) throw new RelayError('usage', { params: { problem: `${url} is no address.`, verb: 'adapter record' } })
  const program = options.chromium ?? process.env.CHROMIUM ?? usualPlaces.find((place) => existsSync(place))
  const { chromium } = await loadPlaywright()
  if (program === undefined || !existsSync(program)) throw needs('a Chromium: install one, or name it with --chromium')
  const browser = await chromium.launch({ executablePath: program, headless: false })
  try {
    const files = await recordSignIn(await browser.newContext(), url, options, async (page) => {
      printNote('Sign in in the window that has opened. When you are signed in, close it.')
      await new Promise<void>((resolve) => page.on('close', () => resolve()))
    })
    if (options.json === true) return printJson({ files })
    for (const file of files) printLine(`Wrote ${file}`)
    printNote(`Next: read ${files[0]}, then login-relay adapter test ${files[0]}`)
  } finally {
    await browser.close()
  }
}

/** Records what `person` does in a page, and writes the draft and the recorded site. */
export async function recordSignIn(
  context: BrowserContext,
  url: string,
  { name, folder }: RecordOptions,
  person: (page: Page) => Promise<void>,
): Promise<string[]> {
  const recording = await record(context)
  const page = await context.newPage()
  await page.goto(url)
  await person(page)
  const typed = typedIn(recording.gestures)
  if (typed.password === '')
    throw new RelayError('usage', { params: { problem: 'No password was typed, so there is nothing to record.', verb: 'adapter record' } })
  const fixture = redactRecording(url, await recording.exchanges(), typed)
  const steps = draftSteps(name, recording.gestures, typed, fixture)
  readSteps(`${name}.steps.yaml`, steps)
  return writeNew(folder ?? '.', { [`${name}.steps.yaml`]: steps, [`${name}.fixture.json`]: `${JSON.stringify(fixture, undefined, 2)}\n` }, 'adapter record')
}

async function loadPlaywright(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core')
  } catch {
    throw needs('the package playwright-core: npm install playwright-core')
  }
}

function needs(what: string): RelayError {
  return new RelayError('usage', { params: { problem: `Recording needs ${what}.`, verb: 'adapter record' } })
}
