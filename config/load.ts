import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Override, readEnvironment } from './environment.ts'
import { listOptions } from './options.ts'
import { problemError } from './problem.ts'
import { readYaml } from './read-yaml.ts'
import { type Config, configSchema } from './schema.ts'
import { type Values, valueAt, withValue } from './values.ts'

export interface LoadOptions {
  /** `--config`; null: none is read, even where one lies. */
  readonly file?: string | null
  /** `--data`: the data directory, in place of the configured one. */
  readonly data?: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

export interface LoadedConfig {
  /** Every path in it is absolute. */
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
 * else ./relay.yaml, else none. `config_unreadable`; `config_invalid` with file, line, key and, for an unknown key, the nearest known one;
 * `config_variable_invalid` for a variable.
 */
export async function loadConfig({ file, data, cwd, env }: LoadOptions): Promise<LoadedConfig> {
  const path = chooseFile(file, data, cwd, env)
  const yaml = path === undefined ? undefined : readYaml(path)
  const { overrides, warnings } = readEnvironment(env)
  const parsed = configSchema.safeParse(override(yaml?.values ?? {}, overrides, cwd))
  if (!parsed.success) throw problemError(parsed.error, yaml, overrides)
  const resolved = resolvePaths(parsed.data, path === undefined ? cwd : dirname(path))
  const config = data === undefined ? resolved : { ...resolved, data: resolve(cwd, data) }
  return { config, file: path, folder: config.data, warnings }
}

function chooseFile(file: string | null | undefined, data: string | undefined, cwd: string, env: NodeJS.ProcessEnv): string | undefined {
  if (file === null) return undefined
  const named = file ?? (env.LOGIN_RELAY_CONFIG || undefined)
  if (named !== undefined) return resolve(cwd, named)
  const beside = data === undefined ? [] : [resolve(cwd, data, 'relay.yaml')]
  return [...beside, resolve(cwd, 'relay.yaml')].find((path) => existsSync(path))
}

/** The environment over the file. A variable is read where the command runs, so its paths start there. */
function override(values: Values, overrides: readonly Override[], cwd: string): Values {
  return overrides.reduce((all, { option, value }) => withValue(all, option.path, option.form === 'path' ? resolve(cwd, String(value)) : value), values)
}

function resolvePaths(config: Config, base: string): Config {
  const paths = listOptions().filter(({ form }) => form === 'path')
  return paths.reduce<Values>((all, { path }) => {
    const value = valueAt(all, path)
    return typeof value === 'string' ? withValue(all, path, resolve(base, value)) : all
  }, config) as Config
}
