import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../../errors.ts'
import type { CommonOptions } from '../verb/settings.ts'

/** Where new files go, and what an adapter is called. */
export interface NewFilesOptions extends CommonOptions {
  readonly folder?: string
}

export function checkName(name: string, verb: string): void {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(name)) return
  throw new RelayError('usage', { params: { problem: `The name ${JSON.stringify(name.slice(0, 80))} must be lower-case letters, digits and hyphens.`, verb } })
}

/** Writes new files; one that is there already stays as it is, and none is written then. Gives their paths. */
export async function writeNew(folder: string, files: Readonly<Record<string, string>>, verb: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const written: string[] = []
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    try {
      await writeFile(path, text, { flag: 'wx' })
    } catch (cause) {
      throw new RelayError('usage', { params: { problem: `The file ${path} is there already, or cannot be written.`, verb }, cause })
    }
    written.push(path)
  }
  return written
}
