import type { Form, FormField, Page } from '../../../../adapters/index.ts'
import { readPage } from '../../../login/index.ts'
import { readForm } from '../../../traffic/index.ts'
import type { Gesture } from './recording.ts'
import type { SeenExchange } from './tapped-outbound.ts'

type Sent = ReadonlyMap<string, string>

/** Kinds of control that a person presses, and those that are sent as they stand in the page. */
const pressed = new Set(['submit', 'image', 'button'])
const ticked = new Set(['checkbox', 'radio'])
/** A script writes what it makes of a password into such a field; what is shorter is a switch of the site's. */
const leastHidden = 6

/**
 * What a person did, as far as requests tell: the fields of the forms that were sent, as they stand in the pages before them. For a browser that
 * nobody watches but the proxy.
 */
export function gesturesOf(exchanges: readonly SeenExchange[]): Gesture[] {
  const pages: Page[] = []
  const gestures: Gesture[] = []
  for (const exchange of exchanges) {
    const fields = sentFieldsOf(exchange)
    if (fields.size > 0) gestures.push(...gesturesIn(formOf(pages, exchange, fields), fields))
    if (/<(?:form|input)\b/i.test(exchange.body)) pages.push(readPage(new URL(exchange.url), exchange.body))
  }
  return gestures
}

/** What was sent, by field; of a field that was sent more than once, the last. */
export function sentFieldsOf({ sent, sentType }: Pick<SeenExchange, 'sent' | 'sentType'>): Sent {
  const fields = readForm(sentType, Buffer.from(sent, 'utf8'))
  if (fields !== undefined) return new Map(fields.map(({ name, value }) => [name, value]))
  // In another charset the names are the same all the same.
  return new Map(/urlencoded/i.test(sentType) ? [...new URLSearchParams(sent)] : [])
}

/** The form that these are the fields of: the latest with all of them. */
function formOf(pages: readonly Page[], { url }: SeenExchange, fields: Sent): Form | undefined {
  const forms = [...pages].reverse().flatMap((page) => page.forms)
  const has = (form: Form) => form.fields.filter(({ name, type }) => fields.has(name) && !pressed.has(type)).length
  const target = new URL(url)
  const isTarget = ({ action }: Form) => action.origin === target.origin && action.pathname === target.pathname
  return forms.find((form) => isTarget(form) && has(form) > 0) ?? forms.find((form) => has(form) > 1)
}

function gesturesIn(form: Form | undefined, sent: Sent): Gesture[] {
  // A script made the form: the names alone tell.
  if (form === undefined) return [...sent].flatMap(([name, value]) => guessed(name, value))
  const typed = form.fields.flatMap((field) => {
    const value = sent.get(field.name)
    if (pressed.has(field.type) || field.name === '') return []
    if (ticked.has(field.type)) return (value === field.value) === field.checked ? [] : [gesture('type', field, value ?? '')]
    if (value === undefined || value === '' || value === field.value) return []
    return field.type === 'hidden' && value.length < leastHidden ? [] : [gesture('type', field, value)]
  })
  const buttons = form.fields.filter(({ type }) => pressed.has(type))
  const button = buttons.find(({ name }) => name !== '' && sent.has(name)) ?? buttons[0]
  const last = typed.at(-1)
  return button === undefined || last === undefined ? typed : [...typed, press(button, last)]
}

/** A button is known by its id, its name or its words; where it has none, its form is, by what was typed into it. */
function press(button: FormField, { name }: Gesture): Gesture {
  const words = button.label || (button.type === 'submit' ? button.value : '')
  const known = gesture('press', button, words)
  return button.id + button.name + words === '' ? { ...known, tag: `form:has([name=${JSON.stringify(name)}])`, type: '' } : known
}

function gesture(what: Gesture['what'], { type, name, id, autocomplete }: FormField, value: string): Gesture {
  const tag = what === 'press' ? 'button' : type === 'select' || type === 'textarea' ? type : 'input'
  return { what, tag, type, name, id, autocomplete, value }
}

function guessed(name: string, value: string): Gesture[] {
  const type = /pass|pwd/i.test(name) ? 'password' : /user|login|mail|account|name/i.test(name) ? 'text' : undefined
  return type === undefined || value === '' ? [] : [{ what: 'type', tag: 'input', type, name, id: '', autocomplete: '', value }]
}
