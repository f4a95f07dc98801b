import { type AuditFile, readLines } from './audit-files.ts'
import type { Break } from './contract.ts'
import { type Head, hashOf, isGenuine, noHash, readRecord } from './record-line.ts'

const mostBreaks = 20

/** Reads files of the chain in order and notes where it is broken. */
export class ChainReader {
  readonly breaks: Break[] = []
  records = 0
  /** The last genuine record that stood in its place. */
  last: Head
  readonly #key: Buffer
  /** Hash of the line before, where that line is what it should be. */
  #before: string | undefined
  /** Lines since then that are no records of ours: each may stand in the place of one. */
  #strange = 0
  /** Of the file read last. */
  #lines = 0

  /** `before`: what the first record that is read follows; its hash may be unknown. */
  constructor(key: Buffer, before: { readonly n: number; readonly hash?: string }) {
    this.#key = key
    this.last = { n: before.n, hash: before.hash ?? noHash }
    this.#before = before.hash
  }

  /** `bytes`: only so many of it. Gives how many bytes at its end are an unfinished line, which is read as none where `mayBeTorn`. */
  async read(file: AuditFile, { bytes, mayBeTorn = false }: { bytes?: number; mayBeTorn?: boolean } = {}): Promise<number> {
    const lines = await readLines(file, bytes)
    const unfinished = lines.pop() ?? ''
    this.#lines = lines.length
    for (const [index, line] of lines.entries()) this.#take(file, index + 1, line)
    if (unfinished !== '' && !mayBeTorn) this.#note(file, lines.length + 1, 'unreadable', 'the line is unfinished')
    return Buffer.byteLength(unfinished)
  }

  /** The chain should end here. */
  end(file: AuditFile, head: Head): void {
    if (head.n > this.last.n) this.#note(file, this.#lines, 'missing', `${records(this.last.n + 1, head.n)} missing at the end`)
    else if (head.n === this.last.n && head.hash !== this.last.hash)
      this.#note(file, this.#lines, 'unlinked', `record ${head.n} is another one than was written last`)
    else if (head.n < this.last.n) this.#note(file, this.#lines, 'moved', `the last record written is ${head.n}, the last one found ${this.last.n}`)
  }

  #take(file: AuditFile, line: number, text: string): void {
    this.records += 1
    const record = readRecord(text)
    if (record === undefined || !isGenuine(text, this.#key)) {
      if (record === undefined) this.#note(file, line, 'unreadable', 'the line is no record')
      else this.#note(file, line, 'changed', `record ${record.n} was changed, or this relay has not written it`)
      this.#strange += 1
      this.#before = undefined
      return
    }
    const expected = this.last.n + 1
    if (record.n < expected) {
      this.#note(file, line, 'moved', `record ${record.n} stands behind record ${this.last.n}`)
      return
    }
    if (record.n > expected + this.#strange) this.#note(file, line, 'missing', `${records(expected + this.#strange, record.n - 1)} missing before it`)
    else if (record.n === expected && this.#before !== undefined && record.prev !== this.#before)
      this.#note(file, line, 'unlinked', `record ${record.n} does not follow from the one before`)
    this.#strange = 0
    this.#before = hashOf(text)
    this.last = { n: record.n, hash: this.#before }
  }

  #note({ name }: AuditFile, line: number, problem: Break['problem'], text: string): void {
    if (this.breaks.length < mostBreaks) this.breaks.push({ file: name, line, problem, text })
  }
}

function records(from: number, to: number): string {
  return from === to ? `record ${from} is` : `records ${from} to ${to} are`
}
