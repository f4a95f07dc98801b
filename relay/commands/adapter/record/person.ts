import { createInterface } from 'node:readline'
import { RelayError } from '../../../errors.ts'
import { printNote } from '../../verb/output.ts'
import { type Gesture, watchGestures } from './recording.ts'
import type { RecordingRelay } from './recording-relay.ts'

/** Has a person sign in at `url` through the relay's proxy. What was done in the pages; undefined: nobody watched. */
export type Person = (url: string, relay: RecordingRelay) => Promise<readonly Gesture[] | undefined>

/** In a window of its own, with an empty profile that is gone afterwards. `program`: a Chromium. */
export function byWindow(program: string): Person {
  return async (url, { proxy, username, password, keyHash }) => {
    const { chromium } = await loadPlaywright()
    const browser = await chromium.launch({
      executablePath: program,
      headless: false,
      proxy: { server: `http://${proxy}`, username, password },
      args: trustIn(keyHash),
    })
    try {
      const context = await browser.newContext()
      const gestures = await watchGestures(context)
      const page = await context.newPage()
      await page.goto(url)
      printNote('Sign in in the window that has opened. When you are signed in, close it.')
      await new Promise<void>((resolve) => page.on('close', () => resolve()))
      return gestures
    } finally {
      await browser.close()
    }
  }
}

/** In whatever browser the person sends through the proxy, until Enter or Control-C here. */
export const byOwnBrowser: Person = async (url, { proxy, username, password, caFile, keyHash, origins }) => {
  printNote(
    `Send a browser through the proxy ${proxy}, user name ${username}, password ${password}. It reads what goes to ${origins.join(' and ')}, and nothing else.`,
  )
  if (keyHash !== undefined) printNote(`Let it trust the CA in ${caFile}. Remove that CA afterwards: its key is gone when this ends.`)
  printNote('A Chromium with an empty profile does it by itself:')
  printNote(`  chromium --user-data-dir=$(mktemp -d) --proxy-server=${proxy} '--proxy-bypass-list=<-loopback>' ${[...trustIn(keyHash), url].join(' ')}`)
  printNote('Sign in there. When you are signed in, press Enter here.')
  await enterOrSignal()
  return undefined
}

/** The browser takes the proxy's key, and no other, without a CA that knows it. */
export function trustIn(keyHash: string | undefined): string[] {
  return keyHash === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyHash}`]
}

async function enterOrSignal(): Promise<void> {
  const lines = createInterface({ input: process.stdin })
  let done: () => void = () => {}
  try {
    await new Promise<void>((resolve) => {
      done = resolve
      lines.once('line', resolve)
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve)
      // Readline takes Control-C on a terminal to itself.
      lines.once('SIGINT', resolve)
    })
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, done)
    lines.close()
  }
}

async function loadPlaywright(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core')
  } catch {
    throw new RelayError('usage', {
      params: {
        problem: 'A window to record in needs the package playwright-core: npm install playwright-core, or bring your own browser with --no-browser.',
        verb: 'adapter record',
      },
    })
  }
}
