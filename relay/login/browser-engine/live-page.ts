import { setTimeout as wait } from 'node:timers/promises'
import type { BrowserContext, ElementHandle, Page, Response } from 'playwright-core'
import type { StorageEntry } from '../../../adapters/index.ts'
import { RelayError } from '../../errors.ts'
import type { NetworkDoor } from './network-door.ts'
import { fetchBytes, isDrawn, readDocument, readState, readStorage, writeStorage } from './page-scripts.ts'

/** Milliseconds: between two looks, of quiet that count as rest, for a page to draw itself, for an answer to show. */
const pause = 50
const rest = 250
const longestDrawing = 5_000
const longestAnswer = 4_000
const longestSettling = 20_000
/** A request that goes on for longer, while nothing changes, is one that waits for news. */
const longestRequest = 5_000

export interface Document {
  readonly url: URL
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly html: string
  readonly controls: readonly ElementHandle[]
  /** Addresses it came by, after the first. */
  readonly passed: readonly URL[]
}

export interface PageOptions {
  readonly door: NetworkDoor
  /** What of a page comes into the relay at most; of its text, characters. */
  readonly pageBytes: number
}

/** A page in the browser: where it goes, when it has come to rest, what it shows. */
export class LivePage {
  readonly #page: Page
  readonly #door: NetworkDoor
  readonly #pageBytes: number
  #answer: Response | undefined
  #asked: string[] = []

  constructor(page: Page, { door, pageBytes }: PageOptions) {
    this.#page = page
    this.#door = door
    this.#pageBytes = pageBytes
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}))
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.#asked.push(request.url())
    })
    page.on('response', (response) => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) this.#answer = response
    })
  }

  static async open(context: BrowserContext, options: PageOptions, storage: readonly StorageEntry[]): Promise<LivePage> {
    context.setDefaultTimeout(15_000)
    if (storage.length > 0) await context.addInitScript({ content: `(${writeStorage})(${JSON.stringify(storage)})` })
    const page = await context.newPage()
    // A window that a page opens is not looked at.
    context.on('page', (other) => void (other === page ? undefined : other.close().catch(() => {})))
    return new LivePage(page, options)
  }

  get origin(): string {
    return URL.parse(this.#page.url())?.origin ?? ''
  }

  async go(url: URL): Promise<void> {
    this.#begin()
    const refused = this.#door.refused.length
    await this.#page.goto(url.href, { waitUntil: 'domcontentloaded', timeout: longestSettling }).catch((cause) => {
      throw this.#door.refused[refused] ?? new RelayError('site_down', { params: { site: url.host, reason: 'its page did not load in the browser' }, cause })
    })
    for (let waited = 0; waited < longestDrawing && !(await this.#ask(isDrawn, true)); waited += pause) await wait(pause)
    await this.#settle()
  }

  /** Does what is asked, and waits until the page shows what came of it. */
  async change(act: () => Promise<void>): Promise<void> {
    this.#begin()
    const before = await this.#ask(readState, '')
    await act()
    await this.#settle()
    for (let waited = 0; waited < longestAnswer && (await this.#ask(readState, before)) === before; waited += pause) await wait(pause)
    await this.#settle()
  }

  async read(): Promise<Document> {
    const handle = await this.#page.evaluateHandle(`(${readDocument})(${this.#pageBytes})`)
    const [html, url, list, isTooLong] = await Promise.all(['html', 'url', 'controls', 'isTooLong'].map((name) => handle.getProperty(name)))
    const controls = [...((await list?.getProperties()) ?? new Map()).values()].flatMap((one) => one.asElement() ?? [])
    const at = new URL(String(await url?.jsonValue()))
    if ((await isTooLong?.jsonValue()) !== false) throw this.#tooBig(at)
    const [first = '', ...later] = this.#asked
    const passed = [...later, ...(at.href === [first, ...later].at(-1) ? [] : [at.href])]
    return {
      url: at,
      status: this.#answer?.status() ?? 200,
      headers: Object.entries(this.#answer?.headers() ?? {}).filter(([name]) => !/^(?:content-type|refresh)$/.test(name)),
      html: String(await html?.jsonValue()),
      controls,
      passed: passed.map((one) => new URL(one)),
    }
  }

  async fetch(url: URL): Promise<{ readonly status: number; readonly type: string; readonly bytes: Buffer }> {
    const { status, type, data, isTooLong } = await this.#page.evaluate<{ status: number; type: string; data: string; isTooLong: boolean }>(
      `(${fetchBytes})(${JSON.stringify(url.href)}, ${this.#pageBytes})`,
    )
    if (isTooLong) throw this.#tooBig(url)
    return { status, type, bytes: Buffer.from(data, 'base64') }
  }

  /** Entries of at most so many characters. */
  async storage(longest: number): Promise<StorageEntry[]> {
    const none: { origin: string; entries: Omit<StorageEntry, 'origin'>[] } = { origin: '', entries: [] }
    const { origin, entries } = await this.#ask(readStorage, none, longest)
    return entries.map((entry) => ({ ...entry, origin }))
  }

  pressEnter(): Promise<void> {
    return this.#page.keyboard.press('Enter')
  }

  #tooBig({ host }: URL): RelayError {
    return new RelayError('site_too_big', { params: { site: host, limit: `${this.#pageBytes} bytes` } })
  }

  #begin(): void {
    this.#asked = []
  }

  /** Nothing is under way, and nothing has changed for a while. */
  async #settle(): Promise<void> {
    const end = performance.now() + longestSettling
    let last = ''
    let since = performance.now()
    while (performance.now() < end) {
      const state = `${this.#page.url()}\n${await this.#ask(readState, 'between two pages')}`
      if (state !== last || this.#door.secretsUnderWay > 0) {
        last = state
        since = performance.now()
      } else if (performance.now() - since >= (this.#door.underWay > 0 ? longestRequest : rest)) return
      await wait(pause)
    }
  }

  /** `otherwise` while the page is being replaced by another one. */
  #ask<T>(script: string, otherwise: T, given?: number): Promise<T> {
    return this.#page.evaluate<T>(`(${script})(${given ?? ''})`).catch((error: Error) => {
      if (this.#page.isClosed() || /crash/i.test(error.message))
        throw new RelayError('site_down', { params: { site: 'the site', reason: 'the browser on the relay failed at its page' }, cause: error })
      return otherwise
    })
  }
}
