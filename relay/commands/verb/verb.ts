import type { Command } from 'commander'
import { connect, type RelayClient } from './client.ts'
import { type CommonOptions, loadSettings } from './settings.ts'

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

/** The noun that another file has begun, for further verbs of it. */
export function nounOf(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name)
  if (found === undefined) throw new Error(`the verbs of \`${name}\` come first`)
  return found
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
