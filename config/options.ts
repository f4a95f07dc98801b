import { z } from 'zod'
import { configSchema } from './schema.ts'

/** One option, as the reference and the environment see it. All options are scalars. */
export interface Option {
  /** Where it stands in relay.yaml. */
  readonly path: readonly string[]
  /** The environment variable that overrides it. */
  readonly variable: string
  readonly type: 'string' | 'integer'
  /** What its text means: `path`, `URL`, `HOST:PORT`. */
  readonly form: string | undefined
  /** The words it may be, where they are few. */
  readonly choices: readonly string[] | undefined
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly default: string | number | undefined
  /** What it may look like; every option without a default has one. */
  readonly example: string | undefined
  readonly description: string
}

/** A group of options under one key; an option at the top is a section of its own. */
export interface Section {
  readonly key: string
  readonly description: string
  readonly options: readonly Option[]
}

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly form?: string
  readonly examples?: readonly string[]
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

/** Every option by section, in the order of the schema. */
export function listSections(): Section[] {
  const { properties = {} } = z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema
  return Object.entries(properties).map(([key, schema]) => ({
    key,
    description: schema.description ?? '',
    options: schema.properties === undefined ? [option([key], schema)] : Object.entries(schema.properties).map(([name, child]) => option([key, name], child)),
  }))
}

export function listOptions(): Option[] {
  return listSections().flatMap(({ options }) => options)
}

/** `portal.publicUrl` is LOGIN_RELAY_PORTAL_PUBLIC_URL. */
export function variableOf(path: readonly string[]): string {
  return `LOGIN_RELAY_${path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`
}

function option(path: readonly string[], schema: JsonSchema): Option {
  return {
    path,
    variable: variableOf(path),
    type: schema.type === 'integer' ? 'integer' : 'string',
    form: schema.form,
    choices: schema.enum,
    minimum: schema.minimum,
    maximum: schema.maximum,
    default: schema.default as string | number | undefined,
    example: schema.examples?.[0],
    description: schema.description ?? '',
  }
}
