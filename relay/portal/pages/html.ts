/** Markup that is safe to send: made by `html` alone. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

export type Content = Html | string | number | false | null | undefined | readonly Content[]

/**
 * Markup with values filled in as text. Every value is escaped for element content and quoted attributes, which are the only places
 * a value may stand in (a test reads the pages for unquoted attributes); `Html` passes as it is, lists are joined, false and undefined are nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.reduce((text, part, index) => text + render(values[index - 1]) + part))
}

function render(value: Content): string {
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map(render).join('')
  if (value === false || value === null || value === undefined) return ''
  return escapeText(String(value))
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Also replaces what HTML cannot hold: NUL and lone surrogates become U+FFFD, as a parser would make them. */
function escapeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is exactly what is replaced
  return text.toWellFormed().replace(/[&<>"'\u0000]/g, (c) => entities[c] ?? '\ufffd')
}
