import type { z } from 'zod'
import { RelayError } from '../relay/errors.ts'
import type { Override } from './environment.ts'
import { nearest } from './nearest.ts'
import { variableOf } from './options.ts'
import type { YamlFile } from './read-yaml.ts'
import { configSchema } from './schema.ts'

/** The first thing the schema minds, told with its place. Values are not quoted: one may be a secret in the wrong place. */
export function problemError(error: z.ZodError, file: YamlFile | undefined, overrides: readonly Override[]): RelayError {
  const [issue] = error.issues
  const parents = (issue?.path ?? []).map(String)
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const keys = unknown === undefined ? parents : [...parents, unknown]
  const problem = unknown === undefined ? lowerFirst(issue?.message ?? 'does not fit') : notKnown(unknown, parents)
  const variable = overrides.find(({ option }) => option.path.join() === keys.join())?.option.variable
  if (variable !== undefined || file === undefined) {
    return new RelayError('config_variable_invalid', { params: { variable: variable ?? variableOf(keys), problem } })
  }
  return new RelayError('config_invalid', { params: { file: file.path, line: file.lineOf(keys), key: keys.join('.'), problem } })
}

function notKnown(key: string, parents: readonly string[]): string {
  const known = nearest(key, knownKeys(parents))
  return known === undefined ? 'is not a known key' : `is not a known key; the nearest is \`${known}\``
}

/** The keys that the schema has below these parents. */
function knownKeys(parents: readonly string[]): string[] {
  let schema: unknown = configSchema
  for (const parent of parents) schema = (unwrap(schema) as z.ZodObject).shape[parent]
  return Object.keys((unwrap(schema) as z.ZodObject).shape)
}

/** Under defaults and the like lies the object that has the keys. */
function unwrap(schema: unknown): unknown {
  const { def } = schema as { def: { innerType?: unknown } }
  return def.innerType === undefined ? schema : unwrap(def.innerType)
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
