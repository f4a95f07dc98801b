import type { Command } from 'commander'
import { connect, type RelayClient } from './client.ts'
import { type CommonOptions, loadSettings } from './settings.ts'

/** The options all verbs share. */
export function takesCommon(command: Command): Command {
  return command
    .option('--config <FILE>', 'the configuration file (default: ./relay.yaml)')
    .option('--data <DIR>', 'the data directory, instead of the one the configuration names')
    .option('--json', 'print JSON')
}

/** A verb of a noun, with the options all verbs share. */
export function verb(noun: Command, usage: string, summary: string): Command {
  return takesCommon(noun.command(usage).summary(summary).description(summary))
}

/** Does something with the relay, running or not, and lets go of it. */
export async function withRelay<T>(options: CommonOptions, use: (client: RelayClient) => Promise<T>): Promise<T> {
  const client = await connect(await loadSettings(options), options.json)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}
