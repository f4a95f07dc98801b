import type { BrowserContext, Request, Response } from 'playwright-core'

/** What a person did in a field or with a button, in order. */
export interface Gesture {
  readonly what: 'type' | 'press'
  readonly tag: string
  readonly type: string
  readonly name: string
  readonly id: string
  readonly autocomplete: string
  readonly value: string
}

/** An answer as it came. */
export interface SeenExchange {
  readonly method: string
  readonly url: string
  readonly sent: string
  readonly status: number
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly body: string
}

/** What a browser did and got while somebody signed in. It is held in memory alone: secrets are in it. */
export interface Recording {
  readonly gestures: readonly Gesture[]
  exchanges(): Promise<readonly SeenExchange[]>
}

/** Pages, and what their scripts fetch; no pictures, styles or fonts. */
const recorded = new Set(['document', 'xhr', 'fetch'])
const longestBody = 1_000_000

/** Watches a browser from now on. */
export async function record(context: BrowserContext): Promise<Recording> {
  const gestures: Gesture[] = []
  const answers: Promise<SeenExchange>[] = []
  await context.exposeBinding('__loginRelayGesture', (_, gesture: Gesture) => {
    gestures.push(gesture)
  })
  await context.addInitScript(watchPage)
  context.on('response', (response) => {
    if (recorded.has(response.request().resourceType())) answers.push(seen(response, response.request()))
  })
  return { gestures, exchanges: () => Promise.all(answers) }
}

async function seen(response: Response, request: Request): Promise<SeenExchange> {
  const isRedirect = response.status() >= 300 && response.status() < 400
  const body = isRedirect ? '' : await response.text().catch(() => '')
  const headers = await response.headersArray().catch(() => [])
  return { method: request.method(), url: request.url(), sent: request.postData() ?? '', status: response.status(), headers, body: body.slice(0, longestBody) }
}

/** Runs in every page. */
const watchPage = `(() => {
  const attribute = (element, name) => element.getAttribute(name) ?? ''
  const tell = (what, element) => globalThis.__loginRelayGesture({
    what,
    tag: element.tagName.toLowerCase(),
    type: attribute(element, 'type').toLowerCase(),
    name: attribute(element, 'name'),
    id: element.id,
    autocomplete: attribute(element, 'autocomplete'),
    value: what === 'type' ? element.value ?? '' : (element.textContent ?? '').trim().slice(0, 60) || attribute(element, 'value'),
  })
  const listen = (event, what, wanted) => document.addEventListener(event, ({ target }) => {
    const element = target instanceof Element ? target.closest(wanted) : null
    if (element !== null) tell(what, element)
  }, true)
  listen('input', 'type', 'input, textarea, select')
  listen('click', 'press', 'button, input[type=submit], input[type=image], input[type=button]')
})()`
