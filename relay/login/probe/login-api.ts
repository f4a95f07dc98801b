import type { Browser, Page } from '../../../adapters/index.ts'
import { apiToken } from './api-token.ts'

/** A login API that a page's scripts speak JSON with. */
export interface LoginApi {
  readonly url: URL
  /** Keys of the object that is sent, as far as the script tells. */
  readonly keys: readonly string[]
  /** As JSON, or as the fields of a form. */
  readonly send: 'json' | 'form'
}

/** Scripts that are read, and how much of each: the login stands in the application's own bundles. */
const mostScripts = 8
const longestScript = 3_000_000

const loginPath = /^(?:https?:)?\/?[\w./:-]*(?:log-?_?in|log-?_?on|sign-?_?in|auth(?:enticate|\/token)?|session|token)s?\/?(?:\?|$)/i
const notLogin = /log-?out|sign-?out|forgot|reset|refresh|register|\.(?:html?|css|js|png|svg)\b/i

/** Looks for one in the page's scripts, inline ones first, then those of its own origin. Sends nothing but requests for scripts. */
export async function findLoginApi(page: Page, browser: Browser): Promise<LoginApi | undefined> {
  const scripts = page.query('script')
  for (const { text } of scripts) {
    const found = apiIn(text, page.url)
    if (found !== undefined) return found
  }
  const addresses = scripts
    .map((script) => URL.parse(script.attribute('src') ?? '', page.url.href))
    .filter((url) => url !== null && url.origin === page.url.origin && /^https?:$/.test(url.protocol)) as URL[]
  const distinct = [...new Map(addresses.map((url) => [url.href, url])).values()].filter(({ href }) => href !== page.url.href)
  for (const url of distinct.slice(0, mostScripts)) {
    const script = await browser.open(url)
    const found = script.status < 400 ? apiIn(script.text.slice(0, longestScript), page.url) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * `fetch('/api/login', {method: 'POST'...`, `axios.post("/auth/login", {username: ...`, `$.ajax({url: '/login', type: 'POST'`,
 * `request({url: "/login", method: "post"`. Only a call that sends, to an address that speaks of signing in.
 */
export function apiIn(script: string, base: URL): LoginApi | undefined {
  const calls = /(?:\bfetch|\.post|\.ajax|\brequest|\baxios|\bhttp)\s*(?:<[^>]{0,80}>)?\(\s*(?:\{[^{}]{0,200}?\burl\s*:\s*)?(["'`])([^"'`\s$]{1,200})\1/g
  for (const call of script.matchAll(calls)) {
    const target = call[2] ?? ''
    if (!loginPath.test(target) || notLogin.test(target)) continue
    const around = script.slice(call.index, call.index + 600)
    const sends = call[0].startsWith('.post') || /\b(?:method|type)\s*:\s*["'`]post["'`]/i.test(around)
    const url = sends ? URL.parse(target, base.href) : null
    if (url === null || !/^https?:$/.test(url.protocol)) continue
    const keys = keysIn(script.slice(Math.max(0, call.index - 400), call.index + 600))
    if (keys.length > 0) return { url, keys, send: sendsFields(call[0], around) ? 'form' : 'json' }
  }
  return undefined
}

/** jQuery sends an object as the fields of a form, unless it is told otherwise. */
function sendsFields(call: string, around: string): boolean {
  if (/\bJSON\.stringify|application\/json/i.test(around)) return false
  return /^\.ajax/.test(call) || /\bURLSearchParams\b|x-www-form-urlencoded|\bqs\.stringify/i.test(around)
}

/** Settings of the adapter for login APIs; undefined: the script does not tell enough. */
export function apiSettings({ url, keys, send }: LoginApi, page: Page, browser: Browser): Readonly<Record<string, unknown>> | undefined {
  const user = keys.find((key) => /^(?:user_?name|user|login|email|account|phone|mobile)$/i.test(key))
  const password = keys.find((key) => /^(?:pass|pwd)/i.test(key))
  if (user === undefined || password === undefined) return undefined
  const isOwn = url.origin === page.url.origin
  const token = isOwn ? apiToken(page, browser) : {}
  return {
    url: isOwn ? url.pathname + url.search : url.href,
    ...(send === 'form' ? { send } : {}),
    ...token,
    body: { [user]: '{username}', [password]: '{password}' },
  }
}

const keyWords = /\b(user_?name|user|login|email|account|phone|mobile|pass(?:word|wd)?|pwd|code|captcha|uuid|remember_?me)\b\s*[:,}]/gi

/** A call that sends no password is none to sign in by. */
function keysIn(text: string): string[] {
  const keys = [...new Set([...text.matchAll(keyWords)].map(([, key = '']) => key))]
  return keys.some((key) => /^(?:pass|pwd)/i.test(key)) ? keys : []
}
