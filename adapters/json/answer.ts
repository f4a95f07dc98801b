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
  /** What the answer says of itself: `success: false`, `code: 500`; unclear: by a code and a message that only the site knows. */
  readonly verdictOfItsOwn: Verdict | 'unclear' | undefined
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
  const said = messagesIn(jsonAt(text, '')).slice(0, mostMessages)
  const signFacts = { status, path: answer.url.pathname, text, cookies }
  return {
    status,
    path: answer.url.pathname,
    isData: (text.trim() === '' && answer.title === '') || !/html/i.test(answer.header('content-type') ?? ''),
    verdictOfItsOwn: verdictIn(text),
    messages: said.map((one) => ({ text: one, meaning: meaningOf(one) })),
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

type Verdict = 'yes' | 'no'

const flags: readonly { readonly keys: readonly string[]; readonly yes: readonly unknown[]; readonly no: readonly unknown[] }[] = [
  { keys: ['success', 'ok', 'isSuccess', 'succeeded'], yes: [true, 1, '1', 'true'], no: [false, 0, '0', 'false'] },
  { keys: ['authenticated', 'isAuthenticated', 'loggedIn', 'isLoggedIn', 'logged_in', 'result'], yes: [true], no: [false] },
  { keys: ['error'], yes: [false], no: [true] },
]

const goodCode = /^(?:0+|20[01]|ok|okay|true|authenticated|logged_?in|signed_?in|no_?error|suc\d+)$|(?<!un|not?[_ .-])success/i
const badWord = /(?:^|[^a-z])(?:err|error|fail|failed|failure|false|invalid|denied|refused|wrong|bad|unauthori[sz]ed|forbidden|ko|nok)(?:[^a-z]|$)/i
const goodMessage =
  /(?<!un|not )success|succeed|welcome|logged in|signed in|^(?:ok|done)\b|成功|完成|성공|erfolg|réussi|éxito|exitos|sucesso|riuscit|gelukt|успешн/i

/** What the usual flags and codes of answers say. */
function verdictIn(text: string): ApiFacts['verdictOfItsOwn'] {
  for (const { keys, yes, no } of flags)
    for (const key of keys) {
      const flag = jsonAt(text, key)
      if (yes.includes(flag)) return 'yes'
      if (no.includes(flag)) return 'no'
    }
  for (const key of ['code', 'errcode', 'errno', 'status']) {
    const code = jsonAt(text, key)
    if (typeof code !== 'number' && typeof code !== 'string') continue
    const meaning = meaningOfCode(String(code), ownMessages(text))
    // A word may be the name of a state: `active`.
    if (meaning !== 'unclear' || key !== 'status' || String(code) === '1') return meaning
  }
  return undefined
}

function meaningOfCode(code: string, messages: readonly string[]): ApiFacts['verdictOfItsOwn'] {
  if (goodCode.test(code)) return 'yes'
  // Some count from 1, and to some it is the first of the mistakes.
  if ((/^-?\d+$/.test(code) && code !== '1') || badWord.test(code)) return 'no'
  if (messages.length === 0) return code === '1' ? 'yes' : undefined
  return messages.some((one) => goodMessage.test(one)) ? 'yes' : 'unclear'
}

/** What it says beside its code, and not of the person in what it gives. */
function ownMessages(text: string): string[] {
  const value = jsonAt(text, '')
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => (typeof one === 'string' && one !== '' && messageKeys.test(key) ? [one.slice(0, 400)] : []))
}

/** An answer that speaks to a person says less. */
const mostMessages = 50
const messageKeys = /^(?:msg|message|error|errors|error_?description|detail|details|err_?msg|error_?message|reason|title|info|desc|description)$/i

/** Texts by which the answer speaks to a person. */
function messagesIn(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > 4) return []
  return Object.entries(value).flatMap(([key, one]) => {
    if (typeof one === 'string') return messageKeys.test(key) || Array.isArray(value) ? [one.slice(0, 400)] : []
    return messagesIn(one, depth + 1)
  })
}
