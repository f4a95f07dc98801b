import { z } from 'zod'
import type { Browser, PageImage, SignInContext } from '../../../adapters/index.ts'
import type { Call } from './call.ts'
import * as values from './values.ts'

/** What an adapter may ask of the relay: the shape of what it gives, and what is done. Packed values come and go. */
interface Operation {
  readonly takes: z.ZodType<readonly unknown[]>
  run(call: Call, given: readonly unknown[], ask: number): unknown
}

/** A row of the table, with what it takes known to the compiler. */
function row<T extends readonly unknown[]>(takes: z.ZodType<T>, run: (call: Call, given: T, ask: number) => unknown): Operation {
  return { takes, run: (call, given, ask) => run(call, given as T, ask) }
}

const word = z.string().max(2000)
const { form, page } = values
const image = z.custom<PageImage>((given) => typeof given === 'object' && given !== null && values.revived.has(given))
/** What JSON leaves out or writes as null. */
const absent = z.null().transform(() => undefined)
const optional = <T extends z.ZodType>(type: T) => z.union([type, absent]).optional()

/** Every operation. All that an adapter can do to the world is in this table. */
export const operations: Readonly<Record<string, Operation>> = {
  open: row(z.tuple([values.address, optional(values.openOptions)]), async (call, [url, options]) =>
    call.pageFacts(await call.browser.open(url, options as Parameters<Browser['open']>[1])),
  ),
  postJson: row(z.tuple([values.address, values.jsonObject, optional(values.requestOptions)]), async (call, [url, body, options]) =>
    call.pageFacts(await call.browser.postJson(url, body, options as Parameters<Browser['postJson']>[2])),
  ),
  postFields: row(z.tuple([values.address, values.fields, optional(values.requestOptions)]), async (call, [url, fields, options]) =>
    call.pageFacts(await call.browser.postFields(url, fields, options as Parameters<Browser['postFields']>[2])),
  ),
  fetchPicture: row(z.tuple([values.address]), (call, [url]) => call.browser.fetchImage(url)),
  cookieNames: row(z.tuple([values.url]), (call, [url]) => call.browser.cookies.names(url)),
  cookieChanges: row(z.tuple([z.int().min(0)]), (call, [mark]) => call.browser.cookies.changesSince(mark)),
  cookieMark: row(z.tuple([]), (call) => call.browser.cookies.mark()),

  text: row(z.tuple([page]), (call, [page]) => call.safe(page.text)),
  body: row(z.tuple([page]), (call, [page]) => call.safe(page.body)),
  links: row(z.tuple([page]), (call, [page]) => page.links.map(({ text, url }) => ({ text: call.safe(text), url: call.safeUrl(url) }))),
  frames: row(z.tuple([page]), (call, [page]) => page.frames.map((url) => call.safeUrl(url))),
  forms: row(z.tuple([page]), (call, [page]) => page.forms.map((form) => call.formFacts(form))),
  images: row(z.tuple([page, optional(form)]), (call, [page, near]) => page.images(near ?? undefined).map((image) => call.imageFacts(image))),
  header: row(z.tuple([page, word]), (call, [page, name]) => {
    // Cookies are told by name alone.
    const value = /^set-cookie2?$/i.test(name) ? undefined : page.header(name)
    return value === undefined ? undefined : call.safe(value)
  }),
  token: row(z.tuple([page, values.tokenPlace]), (call, [page, place]) => {
    const token = page.token(place)
    return token === undefined ? undefined : call.handle('token', token)
  }),
  fetchImage: row(z.tuple([image]), (_, [image]) => image.fetch()),

  fill: row(z.tuple([form, word, values.value]), (call, [form, field, value]) => call.fieldFacts(form.fill(field, value))),
  check: row(z.tuple([form, word, optional(z.boolean()), optional(z.string())]), (call, [form, field, on, value]) =>
    call.fieldFacts(form.check(field, on ?? true, value ?? undefined)),
  ),
  submit: row(z.tuple([form, optional(word), optional(values.submitOptions)]), async (call, [form, submitter, options]) =>
    call.pageFacts(await form.submit(submitter ?? undefined, options as Parameters<typeof form.submit>[1])),
  ),

  step: row(z.tuple([values.stepName, z.string().max(2000)]), (call, [name, text]) => given(call, 'step')(name, text)),
  readCaptcha: row(z.tuple([values.bytes, optional(values.captchaHints), z.boolean()]), (call, [image, hints, reloads], ask) =>
    given(call, 'readCaptcha')(image, (hints ?? undefined) as Parameters<SignInContext['readCaptcha']>[1], reloads ? () => call.reload(ask) : undefined),
  ),
  ask: row(z.tuple([values.challenge]), (call, [challenge]) => given(call, 'ask')(challenge)),
  nextAttempt: row(z.tuple([]), (call) => given(call, 'nextAttempt')()),
}

/** A function of the context: hooks that do not sign in have none of these. */
function given<K extends 'step' | 'readCaptcha' | 'ask' | 'nextAttempt'>({ context }: Call, name: K): SignInContext[K] {
  const found = context[name]
  if (found === undefined) throw new TypeError(`there is no ${name} in this hook`)
  return found as SignInContext[K]
}
