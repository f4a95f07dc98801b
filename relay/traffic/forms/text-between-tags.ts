/** What of a page stands between its tags, a line each; scripts and styles are left out. In one pass: a site chooses how it writes its pages. */
export function textBetweenTags(html: string): string {
  const lines: string[] = []
  const tag = /<(?:(script|style)\b)?/gi
  let at = 0
  for (let match = tag.exec(html); match !== null; match = tag.exec(html)) {
    const [, element] = match
    const end = element === undefined ? html.indexOf('>', tag.lastIndex) + 1 : endOf(element, html, tag.lastIndex)
    if (end === 0) break
    lines.push(html.slice(at, match.index))
    at = end
    tag.lastIndex = end
  }
  return [...lines, html.slice(at)].join('\n')
}

/** Where an element whose content is no markup ends; without an end it takes the rest. */
function endOf(element: string, html: string, from: number): number {
  const end = new RegExp(`</${element}\\s*>`, 'gi')
  end.lastIndex = from
  return end.test(html) ? end.lastIndex : html.length
}
