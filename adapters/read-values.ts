import { z } from 'zod'
import { type Browser, type HeaderValue, type Page, type RequestOptions, SignInFailure } from './contract.ts'
import { wording, wordingPattern } from './signs.ts'
import { fillText, template } from './transform/template.ts'
import type { Names } from './transform/transform.ts'

/** Where a value stands that the sign-in needs: a salt, a nonce, a public key, a token against forged requests. */
const source = z
  .strictObject({
    url: template.optional().describe('An address to fetch it from; without one it stands in the sign-in page.'),
    method: z.enum(['get', 'post']).default('get').describe('How the address is fetched.'),
    json: z.string().optional().describe('The path to it in JSON: `data.publicKey`; empty for the whole.'),
    header: z.string().min(1).optional().describe('The header that holds it.'),
    meta: z.string().min(1).optional().describe('The `<meta name=…>` that holds it.'),
    field: z.string().min(1).optional().describe('The form field that holds it.'),
    element: z.string().min(1).optional().describe('The element whose text it is: `tag`, `#id`, `.class`, `[name=value]`.'),
    attribute: z.string().min(1).optional().describe('The attribute of that element, instead of its text.'),
    text: wording.optional().describe('A regular expression between slashes: its first group, in the page with its scripts.'),
  })
  .refine(
    ({ json, header, meta, field, element, text }) => [json, header, meta, field, element, text].filter((one) => one !== undefined).length === 1,
    'must name one of json, header, meta, field, element and text',
  )

export const sources = z.record(z.string().regex(/^[A-Za-z]\w*$/, 'must be a name of letters and digits'), source)
export type Sources = z.infer<typeof sources>

/** Headers beside a browser's own: texts with values in braces, or what a cookie holds. */
export const headers = z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.union([template, z.strictObject({ cookie: z.string().min(1) })]))
export type Headers = z.infer<typeof headers>

/** Reads values, in order: an address may name those before it. `SignInFailure` says which is not where it should be. */
export async function readValues(wanted: Sources, page: Page | undefined, names: Names, { open, post }: ReadBrowser): Promise<Record<string, string>> {
  const read: Record<string, string> = {}
  for (const [name, one] of Object.entries(wanted)) {
    const from = one.url === undefined ? page : await fetchFrom(fillText(one.url, { ...names, ...read }))
    if (from !== undefined && from.status >= 500) throw new SignInFailure('site-down', [`${from.url.pathname} answered ${from.status}`])
    const value = from === undefined || from.status >= 400 ? undefined : valueIn(from, one)
    if (value === undefined) throw new SignInFailure('form-not-found', [`the value \`${name}\` is not where it should be: ${whereInWords(one, from)}`])
    read[name] = value

    function fetchFrom(url: string): Promise<Page> {
      return one.method === 'post' ? post(url) : open(url)
    }
  }
  return read
}

export interface ReadBrowser {
  open(url: string): Promise<Page>
  post(url: string): Promise<Page>
}

/** Fetches as a script of that page would. */
export function readingWith(browser: Browser, base: URL, options: RequestOptions = {}): ReadBrowser {
  return {
    open: (url) => browser.open(new URL(url, base), { ...options, data: true }),
    post: (url) => browser.postFields(new URL(url, base), {}, { ...options, data: true }),
  }
}

export function fillHeaders(given: Headers, names: Names): Record<string, HeaderValue> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? fillText(value, names) : value]))
}

function valueIn(page: Page, { json, header, meta, field, element, attribute, text }: Sources[string]): string | undefined {
  if (json !== undefined) return textOf(jsonAt(page.text, json))
  if (header !== undefined) return page.header(header)
  if (meta !== undefined) return page.query(`meta[name=${JSON.stringify(meta)}]`)[0]?.attribute('content')
  if (field !== undefined) return page.forms.flatMap(({ fields }) => fields).find(({ name, id }) => name === field || id === field)?.value
  if (element !== undefined) {
    const found = page.query(element)[0]
    return attribute === undefined ? found?.text : found?.attribute(attribute)
  }
  const whole = [page.text, ...page.query('script').map((script) => script.text)].join('\n')
  return text === undefined ? undefined : (wordingPattern(text).exec(whole)?.[1] ?? undefined)
}

/** `data.user.0.name`; undefined: it is no JSON, or has nothing there. */
export function jsonAt(text: string, path: string): unknown {
  try {
    const keys = path === '' ? [] : path.split('.')
    return keys.reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), JSON.parse(text))
  } catch {
    // Some addresses give the bare text: `/publicKey`.
    return path === '' ? text.trim() : undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function whereInWords({ json, header, meta, field, element, text }: Sources[string], page: Page | undefined): string {
  const place =
    (json !== undefined && `the JSON at \`${json}\``) ||
    (header !== undefined && `the header ${header}`) ||
    (meta !== undefined && `the meta element ${meta}`) ||
    (field !== undefined && `the field \`${field}\``) ||
    (element !== undefined && `the element ${element}`) ||
    `the text ${text}`
  return page === undefined ? place : `${place} of ${page.url.pathname}, which answered ${page.status}`
}
