import type { Form, Page } from '../../contract.ts'
import { mentions, signOutWords } from '../words.ts'

/** What a page offers for signing out. */
export type SignOutControl = { readonly link: URL; readonly words: string } | { readonly form: Form; readonly words: string }

/** A link or a form to sign out by; undefined: none is found. */
export function findSignOut(page: Page): SignOutControl | undefined {
  const form = page.forms.find((one) => formSays(one) !== undefined)
  if (form !== undefined) return { form, words: formSays(form) ?? '' }
  const link = page.links.find(
    ({ text, url }) => /^https?:$/.test(url.protocol) && (mentions(signOutWords, text.slice(0, 60)) || mentions(signOutWords, url.pathname + url.search)),
  )
  return link === undefined ? undefined : { link: link.url, words: link.text.slice(0, 60) || link.url.pathname }
}

/** A form to sign in by may have such a word in its address too (`/login?after=logout`): one with a password field does not count. */
function formSays(form: Form): string | undefined {
  if (form.fields.some(({ type }) => type === 'password')) return undefined
  const buttons = form.fields.filter(({ type }) => ['submit', 'button', 'image'].includes(type)).flatMap(({ value, label, name }) => [value, label, name])
  const said = [...buttons, form.id, form.action.pathname].find((text) => mentions(signOutWords, text))
  return said?.slice(0, 60)
}
