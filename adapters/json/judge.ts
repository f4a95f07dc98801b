import type { FailureKind } from '../contract.ts'
import { quoted } from '../form/answers/judge.ts'
import type { Meaning } from '../form/messages/messages.ts'
import type { ApiFacts } from './answer.ts'

/** What an answer to a sign-in by JSON means, and by what it was told. */
export type ApiVerdict =
  /** Weak: only a cookie says so, and many a site gives whoever asks one. */
  | { readonly is: 'signed-in'; readonly evidence: readonly string[]; readonly isWeak?: true }
  /** Certain: the captcha alone was refused (law 3). */
  | { readonly is: 'captcha-refused'; readonly seen: readonly string[] }
  | { readonly is: 'code-asked' }
  | { readonly is: 'failed'; readonly kind: FailureKind; readonly seen: readonly string[] }

/** In this order: a technical error, a refusal, something more that is asked, success. The first that speaks decides. */
export function judgeApi(facts: ApiFacts): ApiVerdict {
  return technicalError(facts) ?? bySigns(facts) ?? codeAsked(facts) ?? success(facts) ?? refusal(facts) ?? unclear(facts)
}

function technicalError({ status, path, isData }: ApiFacts): ApiVerdict | undefined {
  if (status >= 500) return failed('site-down', `${path} answered ${status}`)
  if (status === 429) return failed('blocked', `${path} answered 429, too many requests`)
  if (status === 404 || status === 405) return failed('form-not-found', `${path} answered ${status}: the login API is not there`)
  return !isData && status < 400 ? failed('form-not-found', `${path} answered with a page where data was expected`) : undefined
}

function bySigns(facts: ApiFacts): ApiVerdict | undefined {
  if (facts.blocked) return failed('blocked', 'the marker for blocked', ...said(facts))
  if (facts.captchaWrong && facts.sentCaptcha) return { is: 'captcha-refused', seen: ['the marker for a refused captcha', ...said(facts)] }
  if (facts.denied !== undefined) return failed('wrong-password', `the sign of denial: ${facts.denied}`, ...said(facts))
  // No API says by an error of the client that the client is signed in.
  if (facts.success !== undefined && facts.status < 400) return codeAsked(facts) ?? { is: 'signed-in', evidence: [`the sign of success: ${facts.success}`] }
  return undefined
}

function codeAsked({ asksForCode }: ApiFacts): ApiVerdict | undefined {
  return asksForCode ? { is: 'code-asked' } : undefined
}

function success({ status, verdictOfItsOwn, token, needsToken, cookies, hasSuccessSign, messages }: ApiFacts): ApiVerdict | undefined {
  if (status >= 400 || verdictOfItsOwn === 'no' || hasSuccessSign || (needsToken && token === undefined)) return undefined
  if (token === undefined && messages.some(({ meaning }) => meaning !== undefined)) return undefined
  const kept = cookies.filter(({ change }) => change !== 'removed').map(({ name, change }) => `the cookie ${name} was ${change}`)
  const found = token === undefined ? [] : [`a token stands in ${token.where}`]
  if (kept.length + found.length === 0 || (token === undefined && verdictOfItsOwn === 'unclear')) return undefined
  const evidence = [`the answer is ${status}`, ...found, ...kept]
  return { is: 'signed-in', evidence, ...(token === undefined && verdictOfItsOwn === undefined ? { isWeak: true } : {}) }
}

const kinds: Readonly<Record<Exclude<Meaning, 'captcha-wrong'>, FailureKind>> = {
  'password-wrong': 'wrong-password',
  'either-wrong': 'wrong-password',
  blocked: 'blocked',
  'form-stale': 'unknown',
  'password-expired': 'challenge',
}

function refusal(facts: ApiFacts): ApiVerdict | undefined {
  const meanings = ['blocked', 'password-expired', 'password-wrong', 'either-wrong', 'captcha-wrong', 'form-stale'] as const
  for (const meaning of meanings) {
    const message = facts.messages.find((one) => one.meaning === meaning)
    if (message === undefined) continue
    if (meaning !== 'captcha-wrong') return failed(kinds[meaning], `the site says ${quoted(message.text)}`)
    if (facts.sentCaptcha) return { is: 'captcha-refused', seen: [`the site says ${quoted(message.text)}`] }
    return failed('challenge', `the site asks for a captcha that was not sent: ${quoted(message.text)}`)
  }
  if (facts.status === 401) return failed('wrong-password', `${facts.path} answered 401`, ...said(facts))
  if (facts.status === 403) return failed('blocked', `${facts.path} answered 403`, ...said(facts))
  return undefined
}

/** The password left, and the answer is no: that is a refused password, never a reason to send it again. What is neither is told as such. */
function unclear(facts: ApiFacts): ApiVerdict {
  const seen = [`${facts.path} answered ${facts.status}`, ...said(facts)]
  if (facts.verdictOfItsOwn === 'no') return failed('wrong-password', ...seen, 'it says no, and not why')
  if (facts.verdictOfItsOwn === 'unclear') return failed('unknown', ...seen, 'what its code means is not known: name a sign of success (`signs`)')
  return failed('unknown', ...seen, facts.needsToken ? 'the token is not where it should be' : 'it sets no cookie and gives no token')
}

function said({ messages }: ApiFacts): string[] {
  return messages.slice(0, 2).map(({ text }) => `it says ${quoted(text)}`)
}

function failed(kind: FailureKind, ...seen: readonly string[]): ApiVerdict {
  return { is: 'failed', kind, seen }
}
