import { z } from 'zod'
import { configSchema } from './schema.ts'

/** One scalar option, as the reference and the environment see it. */
export interface Option {
  /** Where it stands in relay.yaml. */
  readonly path: readonly string[]
  /** The environment variable that overrides it. */
  readonly variable: string
  readonly type: 'string' | 'integer'
  /** The words it may be, where they are few. */
  readonly choices: readonly string[] | undefined
  readonly default: string | number | undefined
  readonly description: string
}

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

/** Every option, in the order of the schema. */
export function listOptions(): Option[] {
  return walk(z.toJSONSchema(configSchema, { io: 'input' }) as JsonSchema, [])
}

function walk(schema: JsonSchema, path: readonly string[]): Option[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const place = [...path, key]
    if (child.properties !== undefined) return walk(child, place)
    return [
      {
        path: place,
        variable: variableOf(place),
        type: child.type === 'integer' ? ('integer' as const) : ('string' as const),
        choices: child.enum,
        default: child.default as string | number | undefined,
        description: child.description ?? '',
      },
    ]
  })
}

/** `portal.publicUrl` is LOGIN_RELAY_PORTAL_PUBLIC_URL. */
export function variableOf(path: readonly string[]): string {
  return `LOGIN_RELAY_${path.map((key) => key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`
}
