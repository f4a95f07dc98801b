import type { Page } from '../contract.ts'
import { findSign, type SignFacts } from '../signs.ts'
import { behaviouralChallenge } from './challenge-markup.ts'
import { textFields } from './find-fields.ts'
import { findSignInForm, type SignInForm } from './find-form.ts'
import { type Meaning, meaningOf } from './messages.ts'
import { newMessages, scriptRedirect } from './new-messages.ts'
import { type FormSettings, markerPattern } from './settings.ts'
import { findSignOut } from './sign-out-control.ts'
import { mentions, oneTimeCodeWords } from './words.ts'

/** The facts of the page that came after a form was sent. */
export interface AnswerFacts {
  readonly status: number
  /** It ended at another address than the form's page and its action. */
  readonly isElsewhere: boolean
  readonly path: string
  readonly title: string
  /** A form to sign in by is (still) there. */
  readonly hasSignInForm: boolean
  /** The words of a link or button for signing out. */
  readonly signOut: string | undefined
  /** A link leads back to the login page. */
  readonly linksToLogin: boolean
  readonly cookies: readonly { readonly name: string; readonly change: 'set' | 'changed' | 'removed' }[]
  /** What is said that was not said before, with its meaning. */
  readonly messages: readonly { readonly text: string; readonly meaning: Meaning }[]
  /** The meaning of all new text run together. */
  readonly looseMeaning: Meaning | undefined
  /** Markers of the settings that were found. */
  readonly markers: { readonly [kind in keyof FormSettings['markers']]?: string | undefined }
  readonly hasSuccessMarker: boolean
  readonly challenge: string | undefined
  /** The field for a one-time code. */
  readonly codeField: string | undefined
  readonly sentCaptcha: boolean
}

/** Collects the facts. `before` is the page the form was on. */
export function answerFacts(before: Page, sent: SignInForm, after: Page, cookies: AnswerFacts['cookies'], settings: FormSettings): AnswerFacts {
  const { messages, loose } = newMessages(before, after)
  const whole = `${after.title}\n${after.text}`
  const again = findSignInForm(after, settings)
  const codeField = findCodeField(after)
  const signFacts: SignFacts = { status: after.status, path: after.url.pathname, text: whole, cookies }
  return {
    status: after.status,
    isElsewhere: !samePlace(after.url, before.url) && !samePlace(after.url, sent.form.action),
    path: after.url.pathname,
    title: after.title,
    hasSignInForm: again !== undefined && (again.password !== undefined || sameNames(again, sent)) && again.user !== codeField,
    signOut: findSignOut(after)?.words,
    linksToLogin: after.links.some(({ url }) => samePlace(url, before.url)),
    cookies,
    messages: messages.flatMap((text) => {
      const meaning = meaningOf(text)
      return meaning === undefined ? [] : [{ text, meaning }]
    }),
    looseMeaning: meaningOf(loose),
    markers: {
      success: found(settings.markers.success, whole) ?? findSign(settings.signs.success, signFacts),
      failure: found(settings.markers.failure, whole) ?? findSign(settings.signs.denied, signFacts),
      captchaWrong: found(settings.markers.captchaWrong, whole),
      blocked: found(settings.markers.blocked, whole),
    },
    hasSuccessMarker: settings.markers.success !== undefined || settings.signs.success !== undefined,
    challenge: behaviouralChallenge(after),
    codeField,
    sentCaptcha: sent.captcha !== undefined,
  }
}

function found(markers: readonly string[] | undefined, text: string): string | undefined {
  return markers?.find((marker) => markerPattern(marker).test(text))
}

export function samePlace(one: URL, other: URL): boolean {
  return one.origin === other.origin && one.pathname === other.pathname
}

function sameNames(one: SignInForm, other: SignInForm): boolean {
  return one.user === other.user && one.password === other.password
}

/** The lone field of a page for a code that was sent or is generated. */
export function findCodeField(page: Page): string | undefined {
  for (const form of page.forms) {
    if (form.fields.some(({ type }) => type === 'password')) continue
    const fields = textFields(form)
    const field = fields.find(({ autocomplete }) => autocomplete === 'one-time-code')
    if (field !== undefined) return field.name
    if (fields.length === 1 && fields.some(({ name, id, label }) => mentions(oneTimeCodeWords, name, id, label))) return fields[0]?.name
  }
  return undefined
}

/** A page that holds nothing but a script that leads on. */
export function leadsOn(page: Page): URL | undefined {
  return page.forms.length === 0 ? scriptRedirect(page) : undefined
}
