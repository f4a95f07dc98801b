import type { Config } from '../../../config/index.ts'

/** The options that every verb takes. */
export interface CommonOptions {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
}

export interface Settings {
  readonly config: Config
  /** The configuration file that was read, if there is one. */
  readonly file: string | undefined
  /** The data directory, absolute. */
  readonly folder: string
}

/** Reads the configuration as the options say; warnings go to standard error. */
export async function loadSettings({ config, data }: CommonOptions): Promise<Settings> {
  // A terminal apart from its relay has none to read, and its schema takes longer to load than most verbs to run.
  const { loadConfig } = await import('../../../config/index.ts')
  const loaded = await loadConfig({
    ...(config === undefined ? {} : { file: config }),
    ...(data === undefined ? {} : { data }),
    cwd: process.cwd(),
    env: process.env,
  })
  for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`)
  return { config: loaded.config, file: loaded.file, folder: loaded.folder }
}
