import { type AuditFile, readFirstLine } from './audit-files.ts'
import { type Head, isGenuine, readRecord } from './record-line.ts'

/** The oldest files, all of whose records are older than `until` (milliseconds since 1970), and the last record of them. */
export async function lettableFiles(
  files: readonly AuditFile[],
  until: number,
  key: Buffer,
): Promise<{ readonly files: readonly AuditFile[]; readonly before: Head | undefined }> {
  let before: Head | undefined
  let count = 0
  // A file is over with the first record of the next one; the last is written to.
  for (const next of files.slice(1)) {
    const line = await readFirstLine(next)
    const record = line === undefined || !isGenuine(line, key) ? undefined : readRecord(line)
    if (record === undefined || Date.parse(record.at) >= until) break
    before = { n: record.n - 1, hash: record.prev }
    count += 1
  }
  return { files: files.slice(0, count), before }
}
