import { readFile } from 'node:fs/promises'
import { RelayError } from '../../errors.ts'

/** The text of a file that is named on the command line. `usage`: it cannot be read. */
export async function readNamedFile(file: string, verb: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new RelayError('usage', { params: { problem: `The file ${file} cannot be read.`, verb }, cause })
  }
}
