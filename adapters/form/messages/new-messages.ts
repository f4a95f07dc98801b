import type { Page } from '../../contract.ts'

/** What an answer says that the page before it did not. */
export interface NewMessages {
  /** Each a message by itself: a line, the title, an alert of a script. */
  readonly messages: readonly string[]
  /** All of them run together: for a message that is spread over lines. */
  readonly loose: string
}

/** Text that is looked through, characters: messages stand near the form. */
const readable = 20_000
const longestMessage = 400

export function newMessages(before: Page, after: Page): NewMessages {
  const [known, now] = [linesOf(before), linesOf(after)]
  const vanished = [...known].filter((line) => line !== '' && !now.has(line))
  const lines = [...now].filter((line) => !known.has(line)).map((line) => withoutLabel(line, vanished))
  const title = after.title === before.title ? [] : [after.title]
  const knownAlerts = alertsOf(before)
  const alerts = alertsOf(after).filter((text) => !knownAlerts.includes(text))
  const messages = [...lines, ...title, ...alerts].filter((text) => text !== '')
  return { messages: messages.filter(({ length }) => length <= longestMessage), loose: messages.join(' ').slice(0, readable) }
}

function linesOf({ text }: Page): Set<string> {
  return new Set(text.slice(0, readable).split('\n', 1000))
}

/** A message may share its line with the label of a field, which stood in a line of its own before. */
function withoutLabel(line: string, vanished: readonly string[]): string {
  const label = vanished.find((old) => line.startsWith(old) || line.endsWith(old))
  if (label === undefined) return line
  return (line.startsWith(label) ? line.slice(label.length) : line.slice(0, -label.length)).trim()
}

/** `alert('...')` and its like: how older servers answer. */
function alertsOf(page: Page): string[] {
  const calls = /\b(?:alert|layer\.msg|layer\.alert|toast|showError|showMessage)\(\s*(["'])(.{1,300}?)\1/g
  return scriptsOf(page).flatMap((script) => [...script.matchAll(calls)].map((match) => match[2] ?? ''))
}

function scriptsOf(page: Page): string[] {
  return page.query('script').map(({ text }) => text.slice(0, readable))
}
