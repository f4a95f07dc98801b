import { redactor, redactPage } from '../../../login/index.ts'
import { patternOf } from '../../../outbound/index.ts'
import { type Fixture, fixturePassword, fixtureUsername } from '../fixture.ts'
import { sentFieldsOf } from './gestures-of.ts'
import type { Gesture } from './recording.ts'
import type { SeenExchange } from './tapped-outbound.ts'

/** What was typed. */
export interface Typed {
  /** All that a field held when something else was done: mistyped ones too. */
  readonly values: readonly string[]
  readonly username: string
  readonly password: string
}

/** Headers that say how a site signs in; their values are no secrets once cookies are taken out. */
const keptHeaders = new Set(['content-type', 'location', 'refresh'])

/** The user name is what was typed last before the password. A field that was one for a password stays one, where a page can show it. */
export function typedIn(gestures: readonly Gesture[]): Typed {
  const passwords = new Set(gestures.filter(({ what, type }) => what === 'type' && type === 'password').map(fieldOf))
  const values: string[] = []
  let [username, password, lastText] = ['', '', '']
  for (const [index, one] of gestures.entries()) {
    if (one.what !== 'type') continue
    const [before, next] = [gestures[index - 1], gestures[index + 1]].map((other) => (isInField(other, one) ? other?.value : undefined))
    // Neither each letter on the way to a value nor each that is taken away again.
    if (next === undefined || !(next.startsWith(one.value) || before?.startsWith(one.value))) values.push(one.value)
    if (passwords.has(fieldOf(one))) {
      password = one.value
      username = lastText
    } else if (['', 'text', 'email', 'tel'].includes(one.type)) lastText = one.value
  }
  return { values: [...new Set(values)].filter((value) => value !== ''), username, password }
}

function isInField(other: Gesture | undefined, one: Gesture): boolean {
  return other?.what === 'type' && fieldOf(other) === fieldOf(one)
}

function fieldOf({ id, name, tag, type }: Gesture): string {
  return id || name || `${tag} ${type}`
}

/**
 * A recording as a fixture: what was typed is replaced, cookies have no values, pages no scripts, no values of fields and no addresses with
 * values, and from the password on no text but that of links, buttons and labels. It happens before anything is written.
 */
export function redactRecording(url: string, exchanges: readonly SeenExchange[], { values, username, password }: Typed): Fixture {
  const patterns = values.map((value) => patternOf({ value, charset: 'utf-8' }))
  const scrub = (text: string) => patterns.reduce((safe, pattern) => safe.replace(pattern, '[typed]'), text)
  const redact = redactor({ scrub, username, values: exchanges.flatMap(({ headers }) => headers.flatMap(cookieValue)) })
  let wasSent = false
  return {
    url: withoutValues(url, redact),
    settings: {},
    exchanges: exchanges.map((one) => {
      const sent = sentFields(one, { username, password })
      wasSent ||= Object.values(sent).includes(fixturePassword)
      const type = one.headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? ''
      return {
        method: one.method,
        url: withoutValues(one.url, redact),
        ...(one.method === 'POST' && Object.keys(sent).length > 0 ? { fields: sent } : {}),
        status: one.status,
        headers: keptOf(one.headers, one.url, redact),
        body: redactBody(one.body, type, wasSent, redact),
      }
    }),
  }
}

type Redact = (text: string) => string

function cookieValue({ name, value }: { readonly name: string; readonly value: string }): string[] {
  return name.toLowerCase() === 'set-cookie' ? [/^[^=]*=([^;]*)/.exec(value)?.[1] ?? ''] : []
}

/** Fields with what was typed as user name and password; nothing else that was sent is kept. */
function sentFields(one: SeenExchange, { username, password }: Pick<Typed, 'username' | 'password'>): Record<string, string> {
  const found = [...sentFieldsOf(one)].flatMap(([name, value]): [string, string][] => {
    if (password !== '' && value === password) return [[name, fixturePassword]]
    return username !== '' && value === username ? [[name, fixtureUsername]] : []
  })
  return Object.fromEntries(found)
}

function keptOf(headers: SeenExchange['headers'], at: string, redact: Redact): [string, string][] {
  return headers.flatMap(({ name, value }): [string, string][] => {
    const lower = name.toLowerCase()
    if (lower === 'set-cookie')
      return value
        .split('\n')
        .map((line) => [
          'set-cookie',
          line.replace(/^([^=]*)=[^;]*/, (_, cookie: string) => `${cookie}=${/max-age=0|expires=thu, 01.jan.1970/i.test(line) ? '' : 'redacted'}`),
        ])
    if (!keptHeaders.has(lower)) return []
    return [[lower, lower === 'location' ? withoutValues(new URL(value, at).href, redact) : redact(value)]]
  })
}

/** Names of parameters stay: they say which page it is. */
function withoutValues(address: string, redact: Redact): string {
  const url = new URL(address)
  url.hash = ''
  url.username = ''
  url.password = ''
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, '')
  url.pathname = redact(url.pathname.replace(/;[^/]*/g, ''))
  return url.href
}

function redactBody(body: string, type: string, wasSent: boolean, redact: Redact): string {
  if (/json/i.test(type)) return redactJson(body, redact)
  if (body === '' || !/html|xml/i.test(type)) return ''
  const copy = redactPage(body, redact)
  return wasSent ? controlsOnly(copy) : copy
}

/** Keys and kinds of values; no text of a person. */
function redactJson(body: string, redact: Redact): string {
  try {
    return JSON.stringify(JSON.parse(body), (_, value) => (typeof value === 'string' ? (value.length > 40 ? '[text]' : redact(value)) : value))
  } catch {
    return ''
  }
}

/** What a signed-in person reads is nobody else's business; what he can press shows that he is signed in. */
function controlsOnly(page: string): string {
  let inside = ''
  return page.replace(/<(\/?)([a-z0-9]+)[^>]*>|[^<]+/gi, (part, closing: string | undefined, tag: string | undefined) => {
    if (tag === undefined) return inside === '' ? '' : part
    if (/^(?:a|button|label)$/.test(tag)) inside = closing === '/' ? '' : tag
    return part
  })
}
