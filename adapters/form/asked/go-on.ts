import type { Form, FormField, Page } from '../../contract.ts'
import { wordingPattern } from '../../signs.ts'
import { passwordFields, textFields } from '../fields/find-fields.ts'
import type { FormSettings } from '../settings.ts'
import { agreeWords, cancelWords, goOnWords, mentions, otherSessionWords } from '../words.ts'
import type { Asked, Press } from './asked.ts'

/** A page between the password and the site that wants nothing but a press. More text than this is a page to read. */
const longestText = 4000

/**
 * What to press on a page that stands between: as the settings say, or where nothing else can be meant - the page speaks of other sessions
 * of the same person, or its button says that he agrees, and one button alone goes on.
 */
export function findGoOn(page: Page, { goOn }: FormSettings): Asked | undefined {
  for (const { text, press } of goOn) {
    if (!wordingPattern(text).test(`${page.title}\n${page.text}`)) continue
    const found = pressed(page, press)
    if (found !== undefined) return { kind: 'go-on', press: found, words: press }
  }
  return page.status < 400 ? unambiguous(page) : undefined
}

function pressed(page: Page, wanted: string): Press | undefined {
  for (const form of page.forms) {
    const button = buttonsOf(form).find(({ name, id, value, label }) => [name, id, value, label].includes(wanted))
    if (button !== undefined) return { form, button: handleOf(button) }
  }
  const link = page.links.find(({ text }) => text === wanted)
  return link === undefined ? undefined : { link: link.url }
}

function unambiguous(page: Page): Asked | undefined {
  const { text, forms } = page
  if (text.length > longestText || forms.some((form) => textFields(form).length + passwordFields(form).length > 0)) return undefined
  const speaksOfSessions = otherSessionWords.test(`${page.title} ${text}`)
  const onward = forms.flatMap((form) =>
    buttonsOf(form)
      .filter((button) => saysOnward(button, speaksOfSessions))
      .map((button) => ({ form, button })),
  )
  const [only] = onward
  if (only !== undefined)
    return onward.length === 1 ? { kind: 'go-on', press: { form: only.form, button: handleOf(only.button) }, words: wordsOf(only.button)[0] ?? '' } : undefined
  const links = speaksOfSessions ? page.links.filter((link) => mentions(goOnWords, link.text) && !mentions(cancelWords, link.text)) : []
  const [link] = links
  return link !== undefined && links.length === 1 ? { kind: 'go-on', press: { link: link.url }, words: link.text } : undefined
}

function saysOnward(button: FormField, speaksOfSessions: boolean): boolean {
  const words = wordsOf(button)
  if (mentions(cancelWords, ...words)) return false
  return mentions(agreeWords, ...words) || (speaksOfSessions && mentions(goOnWords, ...words))
}

/** What a button says, and its value. Of an input the label may be the paragraph before it, which is not its own. */
function wordsOf({ label, value }: FormField): string[] {
  return [...(label.length <= 60 ? [label] : []), value].filter((text) => text !== '')
}

/** The buttons of a page that has little else: it may stand between the password and the site. Undefined: it is not like that. */
export function standsBetween(page: Page): string | undefined {
  const { forms, links, text } = page
  if (text.length > longestText || links.length > 5 || forms.some((form) => textFields(form).length + passwordFields(form).length > 0)) return undefined
  const buttons = forms.flatMap(buttonsOf).flatMap((button) => wordsOf(button).slice(0, 1))
  return buttons.length === 0 ? undefined : buttons.map((words) => `"${words}"`).join(', ')
}

function buttonsOf(form: Form): readonly FormField[] {
  return form.fields.filter(({ type, disabled }) => (type === 'submit' || type === 'image') && !disabled)
}

/** By what `submit` finds the button again. */
function handleOf({ name, id, value, label }: FormField): string | undefined {
  return id || value || label || name || undefined
}
