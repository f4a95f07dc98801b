import { nearest } from './nearest.ts'
import { listOptions, type Option } from './options.ts'
import { upstreamVariablePrefix } from './upstream-proxy.ts'

/** Variables with a meaning of their own: keys, and what `run` and the commands for terminals read and set. */
const reserved = new Set([
  'LOGIN_RELAY_CONFIG',
  'LOGIN_RELAY_MASTER_KEY',
  'LOGIN_RELAY_MASTER_KEY_NEXT',
  'LOGIN_RELAY_PASSPHRASE',
  'LOGIN_RELAY_PASSPHRASE_NEXT',
  'LOGIN_RELAY_SMTP_PASSWORD',
  'LOGIN_RELAY_URL',
  'LOGIN_RELAY_PROXY',
  'LOGIN_RELAY_DEVICE',
  'LOGIN_RELAY_TOKEN',
  'LOGIN_RELAY_CONNECT',
])

export interface Override {
  readonly option: Option
  readonly value: string | number
}

/** What the environment sets; an empty variable sets nothing. An unknown LOGIN_RELAY_ variable is a warning: it may be another program's. */
export function readEnvironment(env: NodeJS.ProcessEnv): { overrides: Override[]; warnings: string[] } {
  const options = new Map(listOptions().map((option) => [option.variable, option]))
  const overrides: Override[] = []
  const warnings: string[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('LOGIN_RELAY_') || name.startsWith(upstreamVariablePrefix) || reserved.has(name) || text === undefined || text === '') continue
    const option = options.get(name)
    if (option === undefined) {
      const known = nearest(name, [...options.keys(), ...reserved])
      warnings.push(`The environment variable ${name} is not known${known === undefined ? '' : `; did you mean ${known}?`}`)
    } else overrides.push({ option, value: option.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text })
  }
  return { overrides, warnings }
}
