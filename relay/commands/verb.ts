import type { Command } from 'commander'
import { type Config, loadConfig } from '../../config/index.ts'
import { connect, type RelayClient } from './client.ts'

/** The options that every verb takes. */
export interface CommonOptions {
  readonly config?: string
  readonly data?: string
  readonly json?: boolean
}

/** A verb with the options all verbs share. */
export function verb(parent: Command, usage: string, summary: string): Command {
  return parent
    .command(usage)
    .summary(summary)
    .description(summary)
    .option('--config <FILE>', 'the configuration file (default: ./relay.yaml)')
    .option('--data <DIR>', 'the data directory, instead of the one the configuration names')
    .option('--json', 'print JSON')
}

/** A noun that only groups verbs. */
export function noun(parent: Command, name: string, summary: string): Command {
  return parent.command(name).summary(summary).description(summary).helpCommand(false)
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
  const loaded = await loadConfig({
    ...(config === undefined ? {} : { file: config }),
    ...(data === undefined ? {} : { data }),
    cwd: process.cwd(),
    env: process.env,
  })
  for (const warning of loaded.warnings) process.stderr.write(`warning: ${warning}\n`)
  return { config: loaded.config, file: loaded.file, folder: loaded.folder }
}

/** Does something with the relay, running or not, and lets go of it. */
export async function withRelay<T>(options: CommonOptions, use: (client: RelayClient) => Promise<T>): Promise<T> {
  const client = await connect(await loadSettings(options))
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
