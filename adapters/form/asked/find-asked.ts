import type { Form, FormField, Page } from '../../contract.ts'
import { textFields } from '../fields/find-fields.ts'
import type { FormSettings } from '../settings.ts'
import { answerWords, mentions, messageCodeWords, oneTimeCodeWords, questionWords } from '../words.ts'
import type { Asked } from './asked.ts'
import { codeBoxes, codeWords } from './code-boxes.ts'
import { findGoOn } from './go-on.ts'

/** What this page asks; undefined: nothing that is known, or it is for the signed-in. */
export function findAsked(page: Page, settings: FormSettings): Asked | undefined {
  return findGoOn(page, settings) ?? findCode(page, settings) ?? findBoxes(page) ?? findQuestion(page)
}

/** The lone field of a page for a code that was sent or is generated. */
function findCode(page: Page, { fields: named }: FormSettings): Asked | undefined {
  for (const form of page.forms) {
    if (form.fields.some(({ type, name }) => type === 'password' && !mentions(oneTimeCodeWords, name))) continue
    const fields = [...textFields(form), ...passwordTyped(form)]
    const field =
      fields.find(({ name }) => name === named.code) ??
      fields.find(({ autocomplete }) => autocomplete === 'one-time-code') ??
      (fields.length === 1 && fields.some(({ name, id, label }) => mentions(oneTimeCodeWords, name, id, label)) ? fields[0] : undefined)
    if (field !== undefined) return { kind: 'code', form, field: field.name, words: field.label, isSent: isSentCode(page, field) }
  }
  return undefined
}

/** The same with a box for each character. */
function findBoxes(page: Page): Asked | undefined {
  for (const form of page.forms) {
    const boxes = codeBoxes(form)
    const [first] = boxes?.fields ?? []
    if (boxes === undefined || first === undefined) continue
    const { words } = boxes
    if (!codeWords.test(`${boxes.fields.join(' ')} ${words} ${page.text.slice(0, 2000)}`)) continue
    const isSent = messageCodeWords.test(`${words} ${page.text.slice(0, 2000)}`)
    return { kind: 'code', form, field: first, ...(boxes.fields.length > 1 ? { boxes: boxes.fields } : {}), words, isSent }
  }
  return undefined
}

function passwordTyped(form: Form): readonly FormField[] {
  return form.fields.filter(({ type, name, disabled }) => type === 'password' && name !== '' && !disabled)
}

function isSentCode(page: Page, { name, label }: FormField): boolean {
  return mentions(messageCodeWords, name, label) || messageCodeWords.test(page.text.slice(0, 2000))
}

/** A question with one line for its answer: the field is for an answer, or the page speaks of a security question. */
function findQuestion(page: Page): Asked | undefined {
  for (const form of page.forms) {
    const fields = [...textFields(form), ...passwordTyped(form)]
    const [field] = fields
    if (field === undefined || fields.length > 1) continue
    const speaks = questionWords.test(`${page.title} ${page.text.slice(0, 2000)}`)
    if (!speaks && !mentions(answerWords, field.name, field.id)) continue
    const words = questionIn(page, field)
    if (words !== undefined) return { kind: 'question', form, field: field.name, words }
  }
  return undefined
}

/** The label, where it asks something; else the first line that does. */
function questionIn(page: Page, { label }: FormField): string | undefined {
  const lines = [label, ...page.text.slice(0, 5000).split('\n')].map((line) => line.trim())
  return lines.find((line) => line.length <= 200 && /[^\s?？][?？][\s*:：]*$/.test(line))
}
