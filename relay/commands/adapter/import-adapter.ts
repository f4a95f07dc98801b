import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { importScript, readSteps, stepsFile } from '../../../adapters/index.ts'
import { counted } from '../../counted.ts'
import { RelayError } from '../../errors.ts'
import { printJson, printLine, printNote } from '../verb/output.ts'
import { checkName, type NewFilesOptions, writeNew } from './write-files.ts'

/** `adapter import FILE`: steps of a script of JumpServer, in JSON or YAML. */
export async function importAdapter(file: string, options: NewFilesOptions & { readonly name: string }): Promise<void> {
  const { name } = options
  checkName(name, 'adapter import')
  const imported = importScript(file, await read(file))
  const text = stepsFile(name, `Imported from ${file.replace(/^.*[\\/]/, '')}`, imported)
  // What was written by another program may say what our steps do not take.
  readSteps(`${name}.steps.yaml`, text)
  const files = await writeNew(options.folder ?? '.', { [`${name}.steps.yaml`]: text }, 'adapter import')
  if (options.json === true) return printJson({ files, steps: imported.steps.length, notes: imported.notes })
  printLine(`Wrote ${files[0]}: ${counted(imported.steps.length, 'step')}`)
  for (const note of imported.notes) printNote(`Not taken over: ${note}`)
  printNote(`Next: login-relay adapter test ${files[0]} --url URL --username U`)
}

/** YAML 1.2 reads JSON too. */
async function read(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'), { maxAliasCount: 20 })
  } catch (cause) {
    throw new RelayError('usage', { params: { problem: `The file ${file} cannot be read as JSON or YAML.`, verb: 'adapter import' }, cause })
  }
}
