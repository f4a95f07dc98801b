import type { Page, SessionToken, TokenPlace } from '../contract.ts'
import { type Meaning, meaningOf } from '../form/messages/messages.ts'
import { jsonAt } from '../read-values.ts'
import { findSign, wordingPattern } from '../signs.ts'
import type { JsonSettings } from './settings.ts'

/** The facts of an answer to a sign-in by JSON. */
export interface ApiFacts {
  readonly status: number
  readonly path: string
  /** JSON, or nothing: a page means that there is no such API any more. */
  readonly isData: boolean
  /** What the answer says of itself: `success: false`, `code: 500`. */
  readonly verdictOfItsOwn: 'yes' | 'no' | undefined
  readonly messages: readonly { readonly text: string; readonly meaning: Meaning | undefined }[]
  readonly token: { readonly found: SessionToken; readonly where: string } | undefined
  /** The settings say where a token must be. */
  readonly needsToken: boolean
  readonly cookies: readonly { readonly name: string; readonly change: 'set' | 'changed' | 'removed' }[]
  readonly success: string | undefined
  readonly hasSuccessSign: boolean
  readonly denied: string | undefined
  readonly captchaWrong: boolean
  readonly blocked: boolean
  readonly asksForCode: boolean
  readonly sentCaptcha: boolean
}

const usualPlaces = 'token accessToken access_token jwt data.token data.accessToken data.access_token result.token result.accessToken body.token data'.split(
  ' ',
)

export function apiFacts(answer: Page, sentCaptcha: boolean, cookies: ApiFacts['cookies'], settings: JsonSettings): ApiFacts {
  const { text, status } = answer
  const signFacts = { status, path: answer.url.pathname, text, cookies }
  return {
    status,
    path: answer.url.pathname,
    isData: (text.trim() === '' && answer.title === '') || !/html/i.test(answer.header('content-type') ?? ''),
    verdictOfItsOwn: verdictIn(text),
    messages: messagesIn(jsonAt(text, '')).map((one) => ({ text: one, meaning: meaningOf(one) })),
    token: findToken(answer, settings),
    needsToken: settings.token !== undefined,
    cookies,
    success: findSign(settings.signs.success, signFacts),
    hasSuccessSign: settings.signs.success !== undefined,
    denied: findSign(settings.signs.denied, signFacts),
    captchaWrong: holds(settings.markers.captchaWrong, text),
    blocked: holds(settings.markers.blocked, text),
    asksForCode: settings.code !== undefined && wordingPattern(settings.code.when).test(text),
    sentCaptcha,
  }
}

function holds(wordings: readonly string[] | undefined, text: string): boolean {
  return wordings?.some((one) => wordingPattern(one).test(text)) ?? false
}

function findToken(answer: Page, { token }: JsonSettings): ApiFacts['token'] {
  const places: TokenPlace[] = token === undefined ? [...usualPlaces.map((json) => ({ json })), { header: 'authorization' }] : [token]
  for (const place of places) {
    // `data` alone may be any number or word.
    if (token === undefined && 'json' in place && place.json === 'data' && String(jsonAt(answer.text, 'data')).length < 16) continue
    const found = answer.token(place)
    if (found !== undefined) return { found, where: 'json' in place ? `the field \`${place.json}\`` : `the header ${place.header}` }
  }
  return undefined
}

/** What the usual flags and codes of answers say. */
function verdictIn(text: string): ApiFacts['verdictOfItsOwn'] {
  for (const path of ['success', 'ok', 'isSuccess']) {
    const flag = jsonAt(text, path)
    if (typeof flag === 'boolean') return flag ? 'yes' : 'no'
  }
  for (const path of ['code', 'errcode', 'errno', 'status']) {
    const code = jsonAt(text, path)
    if (typeof code !== 'number' && typeof code !== 'string') continue
    if (/^(?:0|200|00000|ok|success)$/i.test(String(code))) return 'yes'
    // Some count from 1; a word may be the name of a state.
    if (/^\d+$/.test(String(code)) && String(code) !== '1') return 'no'
  }
  return undefined
}

const messageKeys = /^(?:msg|message|error|errors|error_?description|detail|details|err_?msg|error_?message|reason|title|info|desc|description)$/i

/** Texts by which the answer speaks to a person. */
function messagesIn(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > 4) return []
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one === 'string') return messageKeys.test(key) || Array.isArray(value) ? [one.slice(0, 400)] : []
    return messagesIn(one, depth + 1)
  })
}
