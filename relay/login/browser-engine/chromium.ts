import { tmpdir } from 'node:os'
import type { Browser, BrowserContext } from 'playwright-core'
import { RelayError } from '../../errors.ts'
import { createDoorCertificate, type DoorCertificate } from './certificate.ts'
import { findChromium } from './find-chromium.ts'

export interface ChromiumOptions {
  /** Its program; undefined: one in the usual places. */
  readonly path: string | undefined
  readonly onProblem: (error: unknown) => void
}

/** Without a page for so long, it is ended. Milliseconds. */
const idle = 60_000
/** Sign-ins at a time; each may have a page of a few hundred megabytes. */
const mostContexts = 3
const launchTimeout = 30_000

/** Opens the way out for a profile; called again where the first browser had crashed. */
type OpenProxy = (certificate: DoorCertificate) => Promise<{ readonly server: string; readonly username: string; readonly password: string }>

interface Running {
  readonly browser: Browser
  readonly certificate: DoorCertificate
}

/** One Chromium for all sign-ins: started when one needs it, ended when idle, replaced when it crashed. */
export class Chromium {
  readonly #options: ChromiumOptions
  readonly #waiting: (() => void)[] = []
  #running: Promise<Running> | undefined
  #open = 0
  #idleTimer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: ChromiumOptions) {
    this.#options = options
  }

  /** Its program; undefined: there is none. */
  get program(): string | undefined {
    return findChromium(this.#options.path)
  }

  /** An empty profile of its own, all of whose requests go to `proxy`. `browser_missing`; the reason of an aborted signal. Give it back by `leave`. */
  async enter(proxy: OpenProxy, signal: AbortSignal): Promise<BrowserContext> {
    await this.#place(signal)
    clearTimeout(this.#idleTimer)
    try {
      return await this.#newContext(proxy)
    } catch (error) {
      this.#left()
      throw error
    }
  }

  /** A place among those that are open at a time. */
  #place(signal: AbortSignal): Promise<void> | undefined {
    if (this.#open < mostContexts) {
      this.#open += 1
      return undefined
    }
    return new Promise((resolve, reject) => {
      const take = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(take)
    })
  }

  /** One that has crashed may not be known to have: it shows here, and another one is started. */
  async #newContext(proxy: OpenProxy, isSecond = false): Promise<BrowserContext> {
    const running = await this.#ready()
    try {
      return await running.browser.newContext({ proxy: await proxy(running.certificate), serviceWorkers: 'block', acceptDownloads: false, permissions: [] })
    } catch (error) {
      if (isSecond) throw error
      this.#running = undefined
      await running.browser.close().catch(() => {})
      return this.#newContext(proxy, true)
    }
  }

  async leave(context: BrowserContext): Promise<void> {
    await context.close().catch(() => {})
    this.#left()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#idleTimer)
    await this.#end()
  }

  #left(): void {
    const next = this.#waiting.shift()
    // Whoever waits takes the place over.
    if (next !== undefined) return void next()
    this.#open -= 1
    if (this.#open > 0 || this.#stopped) return
    this.#idleTimer = setTimeout(() => void this.#end(), idle)
    this.#idleTimer.unref()
  }

  async #end(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    await (await running?.catch(() => undefined))?.browser.close().catch(this.#options.onProblem)
  }

  async #ready(): Promise<Running> {
    if (this.#stopped) throw new Error('the relay stops')
    this.#running ??= this.#launch()
    const running = this.#running
    try {
      const ready = await running
      // One that crashed is replaced by the next sign-in.
      ready.browser.once('disconnected', () => {
        if (this.#running === running) this.#running = undefined
      })
      if (ready.browser.isConnected()) return ready
      this.#running = undefined
      return this.#ready()
    } catch (error) {
      if (this.#running === running) this.#running = undefined
      throw error
    }
  }

  async #launch(): Promise<Running> {
    const { program } = this
    if (program === undefined) throw missing('no Chromium was found')
    const { chromium } = await import('playwright-core').catch((cause) => {
      throw missing('the package playwright-core is not installed', cause)
    })
    const certificate = await createDoorCertificate()
    try {
      const browser = await chromium.launch({
        executablePath: program,
        chromiumSandbox: !isRoot,
        // A closed port: what is in no profile of ours goes nowhere.
        proxy: { server: 'http://127.0.0.1:9' },
        args: [...switches, `--ignore-certificate-errors-spki-list=${certificate.keyHash}`],
        // Nothing of the relay's own environment, where its master key may stand.
        env: { HOME: tmpdir(), PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
        timeout: launchTimeout,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
      })
      return { browser, certificate }
    } catch (cause) {
      throw missing('Chromium does not start; the log says why', cause)
    }
  }
}

/** Chromium has no sandbox for the superuser. */
export const isRoot: boolean = process.getuid?.() === 0

const switches = [
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // No socket but to the door: names are not looked up, WebRTC has no UDP.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--js-flags=--max-old-space-size=512',
]

function missing(reason: string, cause?: unknown): RelayError {
  return new RelayError('browser_missing', { params: { reason }, ...(cause === undefined ? {} : { cause }) })
}
