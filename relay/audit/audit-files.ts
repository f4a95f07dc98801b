import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of the chain, named by the number of its first record. */
export interface AuditFile {
  readonly name: string
  readonly path: string
  readonly first: number
  /** Counts from 1 where the relay found files of that number that are not its own; else 0. */
  readonly again: number
}

/** Oldest first. What is named otherwise is none of them. */
export async function listFiles(folder: string): Promise<AuditFile[]> {
  const names = await readdir(folder)
  return names
    .flatMap((name) => {
      const [, first, again = '0'] = /^audit-(\d{12})(?:-(\d{1,6}))?\.jsonl$/.exec(name) ?? []
      return first === undefined ? [] : [{ name, path: join(folder, name), first: Number(first), again: Number(again) }]
    })
    .sort((a, b) => a.first - b.first || a.again - b.again)
}

export function fileFor(folder: string, first: number, again = 0): AuditFile {
  const name = `audit-${String(first).padStart(12, '0')}${again === 0 ? '' : `-${again}`}.jsonl`
  return { name, path: join(folder, name), first, again }
}

/** Its lines, of the first so many bytes; the last one may be unfinished, `''` where it is not. */
export async function readLines({ path }: AuditFile, bytes?: number): Promise<string[]> {
  return (await readFile(path)).subarray(0, bytes).toString('utf8').split('\n')
}

/** Its first line; undefined: it has none. */
export async function readFirstLine({ path }: AuditFile): Promise<string | undefined> {
  const file = await open(path, 'r')
  try {
    for await (const line of file.readLines()) return line
    return undefined
  } finally {
    await file.close()
  }
}
