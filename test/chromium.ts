import { type Browser, type LaunchOptions as BrowserLaunchOptions, chromium } from 'playwright-core'
import { findChromium as findProgram } from '../relay/login/browser-engine/find-chromium.ts'

/** What to do where no Chromium is found. */
export const wantedChromium = 'none was found: install it (Debian: apt-get install chromium), or name it in CHROMIUM'

/** The system's Chromium: the one CHROMIUM names, or in one of its usual places. */
export function findChromium(): string | undefined {
  return findProgram(process.env.CHROMIUM || undefined)
}

export interface LaunchOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly proxy?: NonNullable<BrowserLaunchOptions['proxy']>
}

/** Starts it headless, silent toward the network. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(wantedChromium)
  return chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(options.args ?? []),
    ],
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
    ...(options.env === undefined ? {} : { env: { ...(process.env as Record<string, string>), ...options.env } }),
  })
}
