/**
 * The browser engine: a headless Chromium for sites that draw their sign-in by script. One process, started when it is needed; an empty
 * profile for each sign-in; the shape of the browser without a window, so that the same adapters drive it.
 *
 * Refuses: every connection but those of the relay's own HTTP agent, to the site's origins. Keeps law 2: the page holds a random
 * placeholder, and the password takes its place behind the origin check, on the way out; where a site's script needs the password itself,
 * its declaration says so, and it is typed at an enrolled origin alone. Optional: needs Chromium and the package playwright-core.
 */
import { createRequire } from 'node:module'
import { Chromium, type ChromiumOptions, isRoot } from './chromium.ts'
import { ScriptedBrowser, type ScriptedOptions } from './scripted-browser.ts'

export { whyScripts } from './why-scripts.ts'

export interface BrowserEngine {
  /** What it runs; undefined: Chromium or the package is missing. */
  readonly program: string | undefined
  /** Chromium's own sandbox is off: the superuser has none. */
  readonly isWithoutSandbox: boolean
  open(options: ScriptedOptions): ScriptedBrowser
  stop(): Promise<void>
}

export function createBrowserEngine(options: ChromiumOptions): BrowserEngine {
  const chromium = new Chromium(options)
  return {
    get program() {
      return isInstalled() ? chromium.program : undefined
    },
    isWithoutSandbox: isRoot,
    open: (opening) => new ScriptedBrowser(chromium, opening),
    stop: () => chromium.stop(),
  }
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('playwright-core')
    return true
  } catch {
    return false
  }
}
