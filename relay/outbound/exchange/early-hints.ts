import type { ForwardRequest } from '../contract.ts'

type OnEarlyHints = NonNullable<ForwardRequest['onEarlyHints']>

// The space around a value is its reader's matter: taken for in two places, it would cost a long one's square.
// What is no field line makes no hint of the lines beside it either: nobody is to read it in two ways.
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/

/** Tells the links of a 103, given as it came over HTTP/1.1; nothing of any other interim answer. */
export function tellEarlyHints(head: string, tell: OnEarlyHints): void {
  const [first = '', ...lines] = head.trim().split('\r\n')
  if (!/^HTTP\/1\.1 103(?!\d)/.test(first)) return
  const fields = lines.map((line) => fieldLine.exec(line))
  if (fields.includes(null)) return
  tellLinks(
    (fields as RegExpExecArray[]).flatMap(([, name = '', value = '']) => [name, value]),
    tell,
  )
}

/** Tells the values of the Link fields among these, flat. */
export function tellLinks(fields: readonly string[], tell: OnEarlyHints): void {
  const links = fields.filter((_, i) => i % 2 === 1 && (fields[i - 1] as string).toLowerCase() === 'link')
  if (links.length > 0) tell(links)
}
