import type { z } from 'zod'
import { RelayError } from '../relay/errors.ts'
import type { Override } from './environment.ts'
import { nearest } from './nearest.ts'
import { variableOf } from './options.ts'
import type { YamlFile } from './read-yaml.ts'
import { configSchema } from './schema.ts'

/** The first thing the schema minds, told with its place. Values are not quoted: one may be a secret in the wrong place. */
export function problemError(error: z.ZodError, file: YamlFile | undefined, overrides: readonly Override[]): RelayError {
  const { keys, problem } = schemaProblem(configSchema, error)
  const variable = overrides.find(({ option }) => option.path.join() === keys.join())?.option.variable
  if (variable !== undefined || file === undefined) {
    return new RelayError('config_variable_invalid', { params: { variable: variable ?? variableOf(keys), problem } })
  }
  return new RelayError('config_invalid', { params: { file: file.path, line: file.lineOf(keys), key: keys.join('.'), problem } })
}

/** The first thing a schema minds: where, and what; for an unknown key also the nearest known one. */
export function schemaProblem(schema: z.ZodType, error: z.ZodError): { readonly keys: readonly string[]; readonly problem: string } {
  const [issue] = error.issues
  const parents = (issue?.path ?? []).map(String)
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  if (unknown === undefined) return { keys: parents, problem: wrongType(issue) ?? lowerFirst(issue?.message ?? 'does not fit') }
  const known = nearest(unknown, knownKeys(schema, parents))
  const problem = known === undefined ? 'is not a known key' : `is not a known key; the nearest is \`${known}\``
  return { keys: [...parents, unknown], problem }
}

const wanted: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys of its own',
}

/** In a person's words, where the schema has no words of its own. */
function wrongType(issue: z.core.$ZodIssue | undefined): string | undefined {
  if (issue?.code !== 'invalid_type' || !issue.message.startsWith('Invalid input: expected')) return undefined
  const form = wanted[issue.expected]
  if (form === undefined) return undefined
  return issue.message.endsWith('received undefined') ? `is missing; it must be ${form}` : `must be ${form}`
}

/** The keys that the schema has below these parents. */
function knownKeys(schema: z.ZodType, parents: readonly string[]): string[] {
  let at: unknown = unwrap(schema)
  for (const parent of parents) at = unwrap(shapeOf(at)?.[parent] ?? (at as { def?: { element?: unknown } } | undefined)?.def?.element)
  return Object.keys(shapeOf(at) ?? {})
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  return (schema as Partial<z.ZodObject> | undefined)?.shape
}

/** Under defaults and the like lies the object that has the keys. */
function unwrap(schema: unknown): unknown {
  const inner = (schema as { def?: { innerType?: unknown } } | undefined)?.def?.innerType
  return inner === undefined ? schema : unwrap(inner)
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
