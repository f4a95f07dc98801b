import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { RelayError } from '../../errors.ts'

/** What a site says of itself: keys with values in a YAML file. */
export async function readSiteSettings(file: string): Promise<Readonly<Record<string, unknown>>> {
  let given: unknown
  try {
    given = parse(await readFile(file, 'utf8'), { maxAliasCount: 20 })
  } catch (cause) {
    throw new RelayError('usage', { params: { problem: `The file ${file} cannot be read as YAML.`, verb: 'adapter test' }, cause })
  }
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Record<string, unknown>
  throw new RelayError('usage', { params: { problem: `The file ${file} does not hold keys with values.`, verb: 'adapter test' } })
}
