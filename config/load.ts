import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { RelayError } from '../relay/errors.ts'
import { overrides } from './environment.ts'
import { nearest } from './nearest.ts'
import { variableOf } from './options.ts'
import { type Config, configSchema } from './schema.ts'

export interface LoadOptions {
  /** `--config`. */
  readonly file?: string
  /** `--data`: the data directory, in place of the configured one. */
  readonly data?: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

export interface LoadedConfig {
  readonly config: Config
  /** The file that was read; undefined: there is none, and every option has its default. */
  readonly file: string | undefined
  /** The data directory, absolute. */
  readonly folder: string
  /** What looks like a mistake but does no harm. */
  readonly warnings: readonly string[]
}

/**
 * Reads relay.yaml and the environment. Which file: `--config`, else LOGIN_RELAY_CONFIG, else relay.yaml in the directory `--data` names,
 * else ./relay.yaml, else none. `config_unreadable`, `config_invalid` with file, line, key and, for an unknown key, the nearest known one.
 */
export async function loadConfig({ file, data, cwd, env }: LoadOptions): Promise<LoadedConfig> {
  const path = chooseFile(file, data, cwd, env)
  const source = path === undefined ? undefined : parse(path)
  const { values, warnings } = overrides(env)
  const merged = merge(source?.values ?? {}, values)
  const parsed = configSchema.safeParse(merged)
  if (!parsed.success) throw invalid(parsed.error, path, source, values)
  const config = resolvePaths(parsed.data, path === undefined ? cwd : dirname(path))
  const folder = data === undefined ? config.data : resolve(cwd, data)
  return { config: { ...config, data: folder }, file: path, folder, warnings }
}

interface Source {
  readonly document: Document
  readonly lines: LineCounter
  readonly values: Record<string, unknown>
}

function chooseFile(file: string | undefined, data: string | undefined, cwd: string, env: NodeJS.ProcessEnv): string | undefined {
  const named = file ?? env.LOGIN_RELAY_CONFIG
  if (named !== undefined) return resolve(cwd, named)
  const beside = data === undefined ? undefined : resolve(cwd, data, 'relay.yaml')
  return [beside, resolve(cwd, 'relay.yaml')].find((path) => path !== undefined && existsSync(path))
}

function parse(path: string): Source {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RelayError('config_unreadable', { params: { file: path }, cause })
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, version: '1.2' })
  const [error] = document.errors
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1
    throw new RelayError('config_invalid', { params: { file: path, line, key: 'YAML', problem: error.code.toLowerCase().replaceAll('_', ' ') }, cause: error })
  }
  let values: unknown
  try {
    // Aliases that multiply (a "billion laughs") end here.
    values = document.toJS({ maxAliasCount: 20 })
  } catch (cause) {
    throw new RelayError('config_invalid', { params: { file: path, line: 1, key: 'YAML', problem: 'too many aliases' }, cause })
  }
  if (values === null || values === undefined) return { document, lines, values: {} }
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new RelayError('config_invalid', { params: { file: path, line: 1, key: 'YAML', problem: 'must be keys with values' } })
  }
  return { document, lines, values: values as Record<string, unknown> }
}

/** The first problem, told with its place. Values are not quoted: one may be a secret in the wrong place. */
function invalid(error: z.ZodError, path: string | undefined, source: Source | undefined, values: Record<string, unknown>): RelayError {
  const [issue] = error.issues
  const keys = (issue?.path ?? []).map(String)
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined
  const place = unknown === undefined ? keys : [...keys, unknown]
  const fromEnvironment = unknown === undefined && at(values, place) !== undefined
  const problem = unknown === undefined ? lowerFirst(issue?.message ?? 'does not fit') : suggestion(unknown, keys)
  return new RelayError('config_invalid', {
    params: {
      file: fromEnvironment ? 'environment' : (path ?? 'environment'),
      line: source === undefined || fromEnvironment ? 0 : lineOf(source, place),
      key: fromEnvironment ? variableOf(place) : place.join('.'),
      problem,
    },
  })
}

function suggestion(key: string, parents: readonly string[]): string {
  const known = nearest(key, knownKeys(parents))
  return known === undefined ? 'is not a known key' : `is not a known key; the nearest is \`${known}\``
}

/** The keys that the schema has below these parents. */
function knownKeys(parents: readonly string[]): string[] {
  let schema: unknown = configSchema
  for (const parent of parents) schema = unwrap((unwrap(schema) as z.ZodObject).shape[parent])
  return Object.keys((unwrap(schema) as z.ZodObject).shape)
}

/** Under defaults and the like lies the object that has the keys. */
function unwrap(schema: unknown): unknown {
  const { def } = schema as { def: { innerType?: unknown } }
  return def.innerType === undefined ? schema : unwrap(def.innerType)
}

function lineOf({ document, lines }: Source, place: readonly string[]): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of place) {
    if (!isMap(node)) break
    const pair = node.items.find(({ key: found }) => isScalar(found) && String(found.value) === key)
    if (pair === undefined) break
    offset = (pair.key as { range?: [number, number, number] }).range?.[0] ?? offset
    node = pair.value
  }
  return lines.linePos(offset).line
}

function resolvePaths(config: Config, base: string): Config {
  const from = (path: string) => resolve(base, path)
  const { portal, masterKey, adapters } = config
  return {
    ...config,
    data: from(config.data),
    portal: {
      ...portal,
      ...(portal.certificate === undefined ? {} : { certificate: from(portal.certificate) }),
      ...(portal.key === undefined ? {} : { key: from(portal.key) }),
    },
    masterKey: { ...masterKey, ...(masterKey.file === undefined ? {} : { file: from(masterKey.file) }) },
    adapters: adapters.folder === undefined ? {} : { folder: from(adapters.folder) },
  }
}

function merge(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const present = merged[key]
    merged[key] = isRecord(value) && isRecord(present) ? merge(present, value) : value
  }
  return merged
}

function at(values: Record<string, unknown>, place: readonly string[]): unknown {
  return place.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), values)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
