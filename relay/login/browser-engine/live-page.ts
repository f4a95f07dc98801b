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

/** A page in the browser: where it goes, when it has come to rest, what it shows. */
export class LivePage {
  readonly #page: Page
  readonly #door: NetworkDoor
  #answer: Response | undefined
  #asked: string[] = []

  constructor(page: Page, door: NetworkDoor) {
    this.#page = page
    this.#door = door
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => {}))
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.#asked.push(request.url())
    })
    page.on('response', (response) => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) this.#answer = response
    })
  }

  static async open(context: BrowserContext, door: NetworkDoor, storage: readonly StorageEntry[]): Promise<LivePage> {
    context.setDefaultTimeout(15_000)
    if (storage.length > 0) await context.addInitScript({ content: `(${writeStorage})(${JSON.stringify(storage)})` })
    const page = await context.newPage()
    // A window that a page opens is not looked at.
    context.on('page', (other) => void (other === page ? undefined : other.close().catch(() => {})))
    return new LivePage(page, door)
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
    const handle = await this.#page.evaluateHandle(`(${readDocument})()`)
    const [html, url, list] = await Promise.all(['html', 'url', 'controls'].map((name) => handle.getProperty(name)))
    const controls = [...((await list?.getProperties()) ?? new Map()).values()].flatMap((one) => one.asElement() ?? [])
    const at = new URL(String(await url?.jsonValue()))
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
    const { status, type, data } = await this.#page.evaluate<{ status: number; type: string; data: string }>(`(${fetchBytes})(${JSON.stringify(url.href)})`)
    return { status, type, bytes: Buffer.from(data, 'base64') }
  }

  async storage(): Promise<StorageEntry[]> {
    const { origin, entries } = await this.#ask<{ origin: string; entries: Omit<StorageEntry, 'origin'>[] }>(readStorage, { origin: '', entries: [] })
    return entries.map((entry) => ({ ...entry, origin }))
  }

  pressEnter(): Promise<void> {
    return this.#page.keyboard.press('Enter')
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
  #ask<T>(script: string, otherwise: T): Promise<T> {
    return this.#page.evaluate<T>(`(${script})()`).catch((error: Error) => {
      if (this.#page.isClosed() || /crash/i.test(error.message))
        throw new RelayError('site_down', { params: { site: 'the site', reason: 'the browser on the relay failed at its page' }, cause: error })
      return otherwise
    })
  }
}
