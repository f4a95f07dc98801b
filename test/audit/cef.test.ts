import t from 'tap'
import { type AuditRecord, toCef } from '../../relay/audit/index.ts'
import fc from '../property.ts'

const record: AuditRecord = { n: 1, at: '2026-01-31T09:00:00.000Z', prev: 'p', mac: 'm', act: 'device.add', outcome: 'done', who: { kind: 'local' } }

/** Reads a line as the standard says: header fields up to an unescaped pipe, then pairs that begin at a key and an unescaped equals sign. */
function readCef(line: string): { header: string[]; pairs: Record<string, string> } {
  const starts = [...line.matchAll(/(?<!\\)((?:\\\\)*)\|/g)]
  const header: string[] = []
  let from = 0
  for (const match of starts.slice(0, 7)) {
    const end = match.index + (match[1] ?? '').length
    header.push(line.slice(from, end).replace(/\\([\\|])/g, '$1'))
    from = end + 1
  }
  const pairs: Record<string, string> = {}
  const rest = line.slice(from)
  const keys = [...rest.matchAll(/(?:^| )(\w+)=/g)].filter(({ index, 0: whole }) => isUnescaped(rest, index + whole.length - 1))
  for (const [at, match] of keys.entries()) {
    const value = rest.slice(match.index + match[0].length, keys[at + 1]?.index)
    pairs[match[1] ?? ''] = value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 'r' ? '\r' : c))
  }
  return { header, pairs }
}

function isUnescaped(text: string, at: number): boolean {
  let slashes = 0
  while (text[at - 1 - slashes] === '\\') slashes += 1
  return slashes % 2 === 0
}

t.test('whatever a text holds, a record is one line, and its fields are read as they were written', (t) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom('\\', '|', '=', '\n', '\r', ' ', 'src=', 'x', '\u2028', '"'), { maxLength: 12 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, agent, reason) => {
      const line = toCef({ ...record, who: { kind: 'user', user: 'u', name }, from: { address: '192.0.2.1', agent }, reason }, '1|0\\')
      if (/[\n\r\u2028\u2029]/.test(line)) return false
      const { header, pairs } = readCef(line)
      const plain = (text: string) => text.replace(/[\u2028\u2029]/g, '\n')
      return (
        header.length === 7 &&
        header[3] === '1|0\\' &&
        pairs.suser === plain(name) &&
        pairs.requestClientApplication === plain(agent) &&
        pairs.reason === plain(reason) &&
        pairs.src === '192.0.2.1' &&
        pairs.act === 'device.add'
      )
    }),
    { numRuns: 500 },
  )
  t.end()
})
