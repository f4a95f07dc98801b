import type { BrowserContext, Cookie } from 'playwright-core'
import { type Page, type SessionHeader, SignInFailure, type StorageEntry } from '../../../adapters/index.ts'
import { RelayError } from '../../errors.ts'
import type { TypingAgent } from '../../outbound/index.ts'
import {
  type BrowserLimits,
  createBrowser,
  type KeptByScripts,
  type PageRequest,
  ParsedPage,
  type PlacedSecret,
  type WindowlessBrowser,
} from '../browser/index.ts'
import { CookieJar } from '../cookies/index.ts'
import type { Chromium } from './chromium.ts'
import { cookiesFor, syncJar } from './cookies.ts'
import { type Document, LivePage } from './live-page.ts'
import { NetworkDoor } from './network-door.ts'
import { type Deed, type Press, ScriptedForm } from './scripted-form.ts'

export interface ScriptedOptions {
  readonly agent: TypingAgent
  readonly jar?: CookieJar
  readonly limits: BrowserLimits
  readonly signal: AbortSignal
  readonly onPage?: (page: ParsedPage, request: PageRequest) => void
  /** Secrets go to these, and entries of storage are kept of them. */
  readonly origins: readonly string[]
  /** What an earlier session had in storage. */
  readonly storage?: readonly StorageEntry[]
  /** The page's script needs the password itself: it is typed, where otherwise a placeholder is. */
  readonly types?: boolean
}

/** A page with its scripts asks for more than a page does. */
const requestsPerPage = 20
const longestValue = 65_536

interface Opened {
  readonly context: BrowserContext
  readonly door: NetworkDoor
  readonly page: LivePage
}

/** A browser with scripts, in the shape of the one without a window: the same adapters drive it. The Chromium behind it is entered at the first page. */
export class ScriptedBrowser implements WindowlessBrowser {
  readonly jar: CookieJar
  page: Page | undefined
  readonly #chromium: Chromium
  readonly #options: ScriptedOptions
  readonly #plain: WindowlessBrowser
  #opened: Promise<Opened> | undefined
  #isClosed = false

  constructor(chromium: Chromium, options: ScriptedOptions) {
    const { agent, jar = CookieJar.create(), limits, signal } = options
    this.#chromium = chromium
    this.#options = options
    this.jar = jar
    this.#plain = createBrowser({ agent, jar, limits, signal })
    signal.addEventListener('abort', () => void this.close(), { once: true })
  }

  get cookies(): WindowlessBrowser['cookies'] {
    return this.#plain.cookies
  }

  scrub(text: string): string {
    return this.#options.agent.scrub(text)
  }

  async open(url: URL | string): Promise<Page> {
    const { page } = await this.#enter()
    const target = new URL(url, this.page?.url)
    await page.go(target)
    return this.#arrive({ method: 'GET', url: target })
  }

  postJson: WindowlessBrowser['postJson'] = (...given) => this.#plain.postJson(...given)
  postFields: WindowlessBrowser['postFields'] = (...given) => this.#plain.postFields(...given)

  async fetchImage(url: URL | string): Promise<Buffer> {
    const { page } = await this.#enter()
    return (await page.fetch(new URL(url, this.page?.url))).bytes
  }

  async kept(): Promise<KeptByScripts> {
    if (this.#opened === undefined) return { storage: [], headers: [] }
    const { page, door } = await this.#opened
    const { origins } = this.#options
    const storage = (await page.storage(longestValue)).filter(({ origin }) => origins.includes(origin))
    const headers = [...door.authorizations].flatMap(([origin, value]): SessionHeader[] =>
      origins.includes(origin) ? [{ name: 'Authorization', value, origins: [origin] }] : [],
    )
    return { storage, headers }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const opened = await this.#opened?.catch(() => undefined)
    if (opened === undefined) return
    await this.#chromium.leave(opened.context)
    await opened.door.close()
  }

  #enter(): Promise<Opened> {
    this.#opened ??= this.#openPage()
    return this.#opened
  }

  async #openPage(): Promise<Opened> {
    const { agent, limits, signal, storage = [] } = this.#options
    signal.throwIfAborted()
    let door: NetworkDoor | undefined
    let context: BrowserContext | undefined
    try {
      context = await this.#chromium.enter(async (certificate) => {
        const network = { pageBytes: limits.pageBytes, requests: limits.pages * requestsPerPage }
        await door?.close()
        door = await NetworkDoor.open({ agent, jar: this.jar, certificate, signal, limits: network })
        return { server: `http://${door.address}`, ...door.credentials }
      }, signal)
      await context.addCookies(cookiesFor(this.jar))
      return { context, door: door as NetworkDoor, page: await LivePage.open(context, { door: door as NetworkDoor, pageBytes: limits.pageBytes }, storage) }
    } catch (cause) {
      if (context !== undefined) await this.#chromium.leave(context)
      await door?.close()
      if (cause instanceof RelayError || signal.aborted) throw cause
      throw new RelayError('site_down', { params: { site: 'the site', reason: 'the browser on the relay failed' }, cause })
    }
  }

  async #arrive(request: PageRequest): Promise<Page> {
    const { page, context } = await this.#enter()
    const document = await page.read()
    syncJar(this.jar, (await context.cookies()) as Cookie[])
    const { url, status, html, headers, passed } = document
    const answer = { url, status, bytes: Buffer.from(html), headers: [...headers, ['content-type', 'text/html; charset=utf-8'] as const], redirects: passed }
    const parsed = new ParsedPage(answer, {
      go: async ({ url }) => this.open(url),
      fetch: async ({ url }) => {
        const { status, type, bytes } = await page.fetch(url)
        return { url, status, headers: [['content-type', type]], bytes, redirects: [] }
      },
      makeForm: (place) => new ScriptedForm(place, this.#pressIn(document)),
    })
    this.page = parsed
    this.#options.onPage?.(parsed, request)
    return parsed
  }

  #pressIn(document: Document): Press {
    return async (deeds, button) => {
      const { page, door } = await this.#enter()
      const carries = deeds.some(({ value }) => typeof value !== 'string')
      const [sentBefore, refusedBefore] = [door.secretsSent, door.refused.length]
      await page.change(async () => {
        for (const deed of deeds) await this.#do(deed, document)
        const pressed = button === undefined ? undefined : document.controls[button]
        if (pressed === undefined) await page.pressEnter()
        else await pressed.click()
      })
      if (carries && this.#options.types !== true && door.secretsSent === sentBefore)
        throw notSent(door.refused.slice(refusedBefore).flatMap(({ code, detail }) => (code === 'secret_refused' && detail !== undefined ? [detail] : [])))
      return this.#arrive({ method: 'POST', url: document.url, body: [] })
    }
  }

  async #do(deed: Deed, { controls }: Document): Promise<void> {
    const control = controls[deed.control]
    if (control === undefined) throw new SignInFailure('form-not-found', [`the field \`${deed.name}\` is gone from the page`])
    if (deed.type === 'checkbox' || deed.type === 'radio') return control.setChecked(deed.checked, { force: true })
    if (typeof deed.value !== 'string') return this.#place(deed, deed.value, (text) => control.fill(text))
    if (deed.type === 'select') return void (await control.selectOption(deed.value))
    if (deed.type === 'hidden') return control.evaluate(`(it, value) => { it.value = value }`, deed.value)
    await control.fill(deed.value)
  }

  async #place({ name, maxLength }: Deed, placed: PlacedSecret, type: (text: string) => Promise<void>): Promise<void> {
    const { page, door } = await this.#enter()
    if (this.#options.types === true) {
      await this.#options.agent.type({ ...placed, field: name }, page.origin, type)
      door.secretsSent += 1
      return
    }
    const placeholder = door.placeholders.add(placed, name, maxLength)
    if (placeholder === undefined)
      throw new SignInFailure('form-not-found', [
        `the field \`${name}\` is too short for a placeholder: \`browser: type\` in the settings types the password itself`,
      ])
    await type(placeholder)
  }
}

function notSent(refused: readonly string[]): SignInFailure {
  return new SignInFailure('form-not-found', [
    "the form was filled in with a placeholder, and no request of the page carried it: the page's script may make something else of the password before it sends it",
    'nothing secret has left; `browser: type` in the settings types the password itself into the page',
    ...refused.slice(0, 3),
  ])
}
