import { textWidth } from './text-width.ts'

/** Names and addresses come from people and sites: nothing in them steers the terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is shown as escapes
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** For a person, beside what is printed: it goes to standard error, so that output can be piped. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** Columns aligned under their heads; with no rows, the sentence instead. */
export function printTable(heads: readonly string[], rows: readonly (readonly string[])[], none: string): void {
  if (rows.length === 0) {
    printLine(none)
    return
  }
  const cells = [heads, ...rows.map((row) => row.map(printable))]
  const widths = heads.map((_, column) => Math.max(...cells.map((row) => textWidth(row[column] ?? ''))))
  for (const row of cells)
    printLine(
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(cell))))
        .join('  ')
        .trimEnd(),
    )
}

/** A moment as people write it, to the minute; universal time, as in the portal's pages and the log. */
export function moment(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'never' : `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
