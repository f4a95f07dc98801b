import type { FailureKind } from '../../contract.ts'
import type { Asked } from '../asked/asked.ts'
import type { Meaning } from '../messages/messages.ts'
import type { AnswerFacts } from './answer.ts'

/** What an answer to a sign-in means, and by what it was told. */
export type Verdict =
  /** `isSure` false: a look at another page should confirm it. */
  | { readonly is: 'signed-in'; readonly isSure: boolean; readonly evidence: readonly string[] }
  /** Certain: the captcha alone was refused. The one case in which a password is sent again (law 3). */
  | { readonly is: 'captcha-refused'; readonly seen: readonly string[] }
  | { readonly is: 'asks'; readonly asked: Asked }
  | { readonly is: 'failed'; readonly kind: FailureKind; readonly seen: readonly string[] }

/** In this order: a technical error, a refusal, something more that is asked, success. The first that speaks decides. */
export function judge(facts: AnswerFacts): Verdict {
  return (
    technicalError(facts) ??
    deniedByMarkers(facts) ??
    successByMarkers(facts) ??
    pageBetween(facts) ??
    refusal(facts) ??
    furtherQuestion(facts) ??
    success(facts) ??
    unclear(facts)
  )
}

function technicalError({ status, title }: AnswerFacts): Verdict | undefined {
  return status >= 500 ? failed('site-down', `the site answered ${status}`, titled(title)) : undefined
}

function deniedByMarkers({ markers, signs, sentCaptcha }: AnswerFacts): Verdict | undefined {
  if (markers.blocked !== undefined) return failed('blocked', `the marker for blocked: ${quoted(markers.blocked)}`)
  if (markers.failure !== undefined) return failed('wrong-password', `the marker for a refused password: ${quoted(markers.failure)}`)
  if (signs?.denied !== undefined) return failed('wrong-password', `the declared sign of denial: ${signs.denied}`)
  if (markers.captchaWrong !== undefined && sentCaptcha)
    return { is: 'captcha-refused', seen: [`the marker for a refused captcha: ${quoted(markers.captchaWrong)}`] }
  return undefined
}

/**
 * What the site's declaration calls success outweighs words of refusal in a business page, not a refusal with the form to sign in by;
 * something more that is asked does not wait for it.
 */
function successByMarkers(facts: AnswerFacts): Verdict | undefined {
  const { markers, signs, status, hasSignInForm, signOut, messages } = facts
  if (status === 401 || (hasSignInForm && signOut === undefined && (status >= 400 || messages.length > 0))) return undefined
  const told =
    markers.success !== undefined ? `the marker for success: ${quoted(markers.success)}` : signs?.success && `the declared sign of success: ${signs.success}`
  if (told === undefined) return undefined
  return furtherQuestion(facts) ?? { is: 'signed-in', isSure: true, evidence: [told] }
}

/** It speaks of other sessions and of signing out, and means neither a refusal nor that the person is signed in. */
function pageBetween({ asked }: AnswerFacts): Verdict | undefined {
  return asked?.kind === 'go-on' ? { is: 'asks', asked } : undefined
}

/** A message counts where the person is not signed in by all appearance: words of refusal occur in business pages too. */
function refusal(facts: AnswerFacts): Verdict | undefined {
  const { status, hasSignInForm, signOut, isElsewhere, messages, looseMeaning } = facts
  if (status === 429) return failed('blocked', 'the site answered 429, too many requests')
  if (hasSignInForm || signOut === undefined) {
    const said = firstOf(facts, ['blocked', 'password-expired', 'password-wrong', 'either-wrong'])
    if (said !== undefined) return refused(said.meaning, said.text)
    const captcha = messages.find(({ meaning }) => meaning === 'captcha-wrong')
    if (captcha !== undefined) return captchaRefused(facts, captcha.text)
    const stale = messages.find(({ meaning }) => meaning === 'form-stale')
    if (stale !== undefined) return failed('unknown', `the site says ${quoted(stale.text)}`)
    // Text run together never proves that it was the captcha alone.
    if (hasSignInForm || !isElsewhere) {
      if (looseMeaning === 'blocked') return failed('blocked', 'the page speaks of a lock or of too many tries')
      if (looseMeaning === 'password-wrong' || looseMeaning === 'either-wrong')
        return failed('wrong-password', 'the page speaks of a wrong user name or password')
    }
  }
  if (status === 401) return failed('wrong-password', 'the site answered 401')
  if (status === 403) return failed('blocked', 'the site answered 403', titled(facts.title))
  if (status >= 400) return failed('unknown', `the site answered ${status}`, titled(facts.title))
  return undefined
}

function firstOf({ messages }: AnswerFacts, meanings: readonly Meaning[]): AnswerFacts['messages'][number] | undefined {
  for (const meaning of meanings) {
    const message = messages.find((one) => one.meaning === meaning)
    if (message !== undefined) return message
  }
  return undefined
}

function refused(meaning: Meaning, text: string): Verdict {
  if (meaning === 'blocked') return failed('blocked', `the site says ${quoted(text)}`)
  if (meaning === 'password-expired') return failed('challenge', `the site asks for a new password: ${quoted(text)}`)
  if (meaning === 'either-wrong') return failed('wrong-password', `the site says ${quoted(text)}`, 'it may have been the captcha, which nothing proves')
  return failed('wrong-password', `the site says ${quoted(text)}`)
}

function captchaRefused({ sentCaptcha, hasSignInForm }: AnswerFacts, text: string): Verdict {
  if (sentCaptcha) return { is: 'captcha-refused', seen: [`the site says ${quoted(text)}`] }
  return failed(hasSignInForm ? 'challenge' : 'unknown', `the site asks for a captcha that its form did not have: ${quoted(text)}`)
}

function furtherQuestion({ challenge, signOut, asked }: AnswerFacts): Verdict | undefined {
  if (signOut !== undefined) return undefined
  if (challenge !== undefined) return failed('challenge', `the site asks for ${challenge}, which only a person can answer`)
  return asked === undefined ? undefined : { is: 'asks', asked }
}

function success(facts: AnswerFacts): Verdict | undefined {
  const { hasSignInForm, signOut, isElsewhere, linksToLogin, cookies, path, hasSuccessMarker, between } = facts
  // The site's own marker decides where there is one.
  if (hasSuccessMarker) return undefined
  const kept = cookies.filter(({ change }) => change !== 'removed').map(({ name, change }) => `the cookie ${name} was ${change}`)
  const moved = isElsewhere ? [`it led on to ${path}`] : []
  const gone = 'the sign-in form is gone'
  if (signOut !== undefined && (!hasSignInForm || (isElsewhere && kept.length > 0))) {
    return { is: 'signed-in', isSure: true, evidence: [`there is a way to sign out: ${quoted(signOut)}`, ...kept, ...moved, ...(hasSignInForm ? [] : [gone])] }
  }
  if (hasSignInForm || /error|fail|denied|invalid/i.test(path)) return undefined
  const isSure = isElsewhere && kept.length > 0 && !linksToLogin && between === undefined
  return { is: 'signed-in', isSure, evidence: [...kept, ...moved, gone] }
}

/** The password left, and nothing says what became of it: to the account's owner that is a refused password, never a reason to send it again. */
function unclear({ hasSignInForm, hasSuccessMarker, sentCaptcha, title }: AnswerFacts): Verdict {
  if (hasSuccessMarker && !hasSignInForm) return failed('unknown', 'no marker or sign of success is on the page', titled(title))
  const captcha = sentCaptcha ? ['it may have been the captcha, which nothing proves'] : []
  if (hasSignInForm) return failed('wrong-password', 'the sign-in form came back, and the site does not say why', ...captcha)
  return failed('wrong-password', 'the site shows an error page', titled(title), ...captcha)
}

function failed(kind: FailureKind, ...seen: readonly string[]): Verdict {
  return { is: 'failed', kind, seen: seen.filter((line) => line !== '') }
}

function titled(title: string): string {
  return title === '' ? '' : `the page is titled ${quoted(title)}`
}

export function quoted(text: string): string {
  return `"${text.length > 160 ? `${text.slice(0, 157)}...` : text}"`
}
