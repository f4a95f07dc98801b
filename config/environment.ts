import { nearest } from './nearest.ts'
import { listOptions } from './options.ts'

/** Variables with a meaning of their own: keys, and what terminals set. */
const reserved = new Set([
  'LOGIN_RELAY_CONFIG',
  'LOGIN_RELAY_MASTER_KEY',
  'LOGIN_RELAY_MASTER_KEY_NEXT',
  'LOGIN_RELAY_PASSPHRASE',
  'LOGIN_RELAY_PASSPHRASE_NEXT',
  'LOGIN_RELAY_URL',
  'LOGIN_RELAY_PROXY',
  'LOGIN_RELAY_DEVICE',
])

/** What the environment sets, shaped like the file. An unknown LOGIN_RELAY_ variable is a warning: it may be another program's. */
export function overrides(env: NodeJS.ProcessEnv): { values: Record<string, unknown>; warnings: string[] } {
  const options = new Map(listOptions().map((option) => [option.variable, option]))
  const values: Record<string, unknown> = {}
  const warnings: string[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('LOGIN_RELAY_') || reserved.has(name) || text === undefined) continue
    const option = options.get(name)
    if (option === undefined) {
      const known = nearest(name, [...options.keys()])
      warnings.push(`the environment variable ${name} is not known${known === undefined ? '' : `; did you mean ${known}?`}`)
      continue
    }
    set(values, option.path, option.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text)
  }
  return { values, warnings }
}

function set(values: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let place = values
  for (const key of path.slice(0, -1)) {
    place[key] ??= {}
    place = place[key] as Record<string, unknown>
  }
  place[path.at(-1) as string] = value
}
