export interface Refresh {
  readonly seconds: number
  /** As written; undefined: the page itself. */
  readonly url: string | undefined
}

/** The content of `<meta http-equiv=refresh>`, or of a Refresh header (HTML standard, section 4.2.5.3, "shared declarative refresh steps"). */
export function parseRefresh(content: string): Refresh | undefined {
  const head = /^[\t\n\f\r ]*(\d+|(?=\.))[\d.]*/.exec(content)
  if (head === null) return undefined
  const seconds = head[1] === '' ? 0 : Number(head[1])
  const rest = content.slice(head[0].length)
  if (rest === '') return { seconds, url: undefined }
  if (!/^[\t\n\f\r ;,]/.test(rest)) return undefined
  const target = rest.replace(/^[\t\n\f\r ]*[;,]?[\t\n\f\r ]*/, '')
  if (target === '') return { seconds, url: undefined }
  // As the URL parser does with what follows: tabs and line ends go, spaces at the end too.
  return {
    seconds,
    url: unquote(target.replace(/^url[\t\n\f\r ]*=[\t\n\f\r ]*/i, ''))
      .replace(/[\t\n\r]/g, '')
      .trim(),
  }
}

function unquote(text: string): string {
  const quote = text[0]
  if (quote !== '"' && quote !== "'") return text
  const end = text.indexOf(quote, 1)
  return end === -1 ? text.slice(1) : text.slice(1, end)
}
