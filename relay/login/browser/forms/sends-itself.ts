import { type Form, sendsFormOnLoad } from '../../../../adapters/index.ts'
import type { ParsedPage } from '../page.ts'

/** Fields that nobody fills in: messages between servers are made of these. */
const unseen = new Set(['hidden', 'submit', 'button', 'image', 'reset'])

/** A page with a message holds little else: a longer one is for reading. */
const longestText = 2000

/**
 * The form that a page sends by itself once it is loaded, to hand a message to another server: SAML's POST binding (saml-bindings-2.0,
 * section 3.5.4), OpenID's form_post response mode, WS-Federation, and what is made like them. Undefined: this page waits for a person.
 */
export function formThatSendsItself(page: ParsedPage): Form | undefined {
  const [form, ...others] = page.forms
  if (form === undefined || others.length > 0 || page.status >= 400) return undefined
  const fields = form.fields.filter(({ disabled }) => !disabled)
  if (!fields.some(({ type, name }) => type === 'hidden' && name !== '') || fields.some(({ type }) => !unseen.has(type))) return undefined
  if (isMessage(new Set(fields.map(({ name }) => name)))) return form
  return page.text.length <= longestText && (sendsFormOnLoad(page) || isPressedWithoutScripts(page, form)) ? form : undefined
}

/** By the names that the protocols give: their scripts may stand in files of their own. */
function isMessage(names: ReadonlySet<string>): boolean {
  if (names.has('SAMLResponse') || names.has('SAMLRequest')) return true
  if (names.has('wresult') && names.has('wa')) return true
  // OAuth 2.0 Form Post Response Mode, section 2.
  return names.has('state') && ['code', 'id_token', 'access_token'].some((name) => names.has(name))
}

/** Its only buttons are for browsers without scripts. */
function isPressedWithoutScripts(page: ParsedPage, form: Form): boolean {
  const all = form.fields.filter(({ type }) => type === 'submit' || type === 'image').length
  return all > 0 && page.query('noscript input[type=submit], noscript input[type=image], noscript button').length === all
}
