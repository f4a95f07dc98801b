import type { Form, Page } from '../../contract.ts'
import { findSign, type SignFacts } from '../../signs.ts'
import type { Asked } from '../asked/asked.ts'
import { findAsked } from '../asked/find-asked.ts'
import { standsBetween } from '../asked/go-on.ts'
import { findSignInForm, type SignInForm } from '../fields/find-form.ts'
import { type Meaning, meaningOf } from '../messages/messages.ts'
import { newMessages } from '../messages/new-messages.ts'
import { type FormSettings, markerPattern } from '../settings.ts'
import { behaviouralChallenge } from './challenge-markup.ts'
import { findSignOut } from './sign-out-control.ts'

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
  /** Signs of the settings that hold, in words. */
  readonly signs?: { readonly success: string | undefined; readonly denied: string | undefined }
  readonly hasSuccessMarker: boolean
  readonly challenge: string | undefined
  /** The buttons of a page that has little else, so that it may stand between. */
  readonly between: string | undefined
  /** What more the site asks. */
  readonly asked: Asked | undefined
  readonly sentCaptcha: boolean
}

/** What was sent, and the page that came: user name and password, or what the site asked after them. */
export interface Sent {
  readonly before: Page
  readonly by: SignInForm | Asked
  readonly after: Page
}

type Names = Pick<SignInForm, 'user' | 'password'>

/** Collects the facts. */
export function answerFacts({ before, by, after }: Sent, cookies: AnswerFacts['cookies'], settings: FormSettings): AnswerFacts {
  const { messages, loose } = newMessages(before, after)
  const whole = `${after.title}\n${after.text}`
  const again = findSignInForm(after, settings)
  const asked = findAsked(after, settings)
  const form = formOf(by)
  const fields = 'kind' in by ? { user: by.kind === 'go-on' ? undefined : by.field, password: undefined } : by
  const isAskedThere = asked !== undefined && asked.kind !== 'go-on' && (again?.user === asked.field || again?.password === asked.field)
  const signFacts: SignFacts = { status: after.status, path: after.url.pathname, text: whole, cookies }
  return {
    status: after.status,
    isElsewhere: !samePlace(after.url, before.url) && (form === undefined || !samePlace(after.url, form.action)),
    path: after.url.pathname,
    title: after.title,
    hasSignInForm: again !== undefined && (again.password !== undefined || sameNames(again, fields)) && !isAskedThere,
    signOut: findSignOut(after)?.words,
    linksToLogin: !('kind' in by) && after.links.some(({ url }) => samePlace(url, before.url)),
    cookies,
    messages: messages.flatMap((text) => {
      const meaning = meaningOf(text)
      return meaning === undefined ? [] : [{ text, meaning }]
    }),
    looseMeaning: meaningOf(loose),
    markers: {
      success: found(settings.markers.success, whole),
      failure: found(settings.markers.failure, whole),
      captchaWrong: found(settings.markers.captchaWrong, whole),
      blocked: found(settings.markers.blocked, whole),
    },
    signs: { success: findSign(settings.signs.success, signFacts), denied: findSign(settings.signs.denied, signFacts) },
    hasSuccessMarker: settings.markers.success !== undefined || settings.signs.success !== undefined,
    challenge: behaviouralChallenge(after),
    between: standsBetween(after),
    asked,
    sentCaptcha: !('kind' in by) && by.captcha !== undefined,
  }
}

function found(markers: readonly string[] | undefined, text: string): string | undefined {
  return markers?.find((marker) => markerPattern(marker).test(text))
}

export function samePlace(one: URL, other: URL): boolean {
  return one.origin === other.origin && one.pathname === other.pathname
}

/** Undefined: a link was pressed. */
function formOf(by: Sent['by']): Form | undefined {
  if ('form' in by) return by.form
  return 'form' in by.press ? by.press.form : undefined
}

function sameNames(one: Names, other: Names): boolean {
  return one.user === other.user && one.password === other.password
}
