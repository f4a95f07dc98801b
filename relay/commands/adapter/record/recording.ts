import type { BrowserContext } from 'playwright-core'

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

/** Watches what a person does in the pages of this browser from now on. It is held in memory alone: secrets are in it. */
export async function watchGestures(context: BrowserContext): Promise<readonly Gesture[]> {
  const gestures: Gesture[] = []
  await context.exposeBinding('__loginRelayGesture', (_, gesture: Gesture) => {
    gestures.push(gesture)
  })
  await context.addInitScript(watchPage)
  return gestures
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
