import type { Readable } from 'node:stream'

/** Reads lines of text from a stream; one longer than `longest` bytes ends it. Nothing beyond the limit is held. */
export function readLines(stream: Readable, longest: number, onLine: (line: string) => void, onTooLong: () => void): void {
  let parts: Buffer[] = []
  let size = 0
  let isOver = false
  stream.on('data', (chunk: Buffer) => {
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1 && !isOver; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...parts, chunk.subarray(from, end)]).toString()
      parts = []
      size = 0
      from = end + 1
      onLine(line)
    }
    if (isOver) return
    const rest = chunk.subarray(from)
    size += rest.length
    if (size > longest) {
      isOver = true
      parts = []
      onTooLong()
    } else if (rest.length > 0) parts.push(rest)
  })
  stream.on('error', () => {})
}
