import type { Command } from 'commander'
import { takesPassword } from '../secrets/read-secret.ts'
import { printJson, printTable } from '../verb/output.ts'
import type { CommonOptions } from '../verb/settings.ts'
import { verb, withRelay } from '../verb/verb.ts'

interface AdapterView {
  readonly name: string
  readonly description: string
  readonly from: string
}

/** `adapter list|new|test|record|import`. What most commands never need is loaded when it is asked for. */
export function adapterVerbs(adapter: Command): void {
  verb(adapter, 'list', 'list the adapters of this relay').action(list)
  verb(adapter, 'new NAME', 'write a template, its test and a recorded site to run it against')
    .option('--steps', 'a list of steps instead of a program')
    .option('--folder <DIR>', 'where to write it (default: here)')
    .action(async (name: string, options) => (await import('./new-adapter.ts')).newAdapter(name, options))
  takesPassword(verb(adapter, 'test FILE', 'sign in with an adapter, at a recorded site or at a live one'))
    .option('--fixture <FILE>', 'the recorded site (default: NAME.fixture.json beside it)')
    .option('--url <URL>', 'the login address of a live site')
    .option('--username <U>', 'the user name there')
    .option('--settings <FILE>', 'what the site says of itself, a YAML file')
    .action(async (file: string, options) => (await import('./test-adapter.ts')).testAdapter(file, options))
  verb(adapter, 'record URL', 'sign in once, in a browser, by a proxy of the relay; a draft adapter and a recorded site come of it, without your secrets')
    .requiredOption('--name <NAME>', 'what the adapter is called')
    .option('--folder <DIR>', 'where to write it (default: here)')
    .option('--chromium <FILE>', 'the browser (default: CHROMIUM, or where it usually is)')
    .option('--no-browser', 'bring a browser of your own: the address of the proxy is printed')
    .option('--origin <ORIGIN...>', 'origins that take part in signing in, beside those that the login page names')
    .option('--ca-file <FILE>', 'PEM of a private CA that vouches for the site')
    .action(async (url: string, options) => (await import('./record/record.ts')).recordAdapter(url, options))
  verb(adapter, 'import FILE', "make steps of JumpServer's script for filling in a page")
    .requiredOption('--name <NAME>', 'what the adapter is called')
    .option('--folder <DIR>', 'where to write it (default: here)')
    .action(async (file: string, options) => (await import('./import-adapter.ts')).importAdapter(file, options))
}

async function list(options: CommonOptions): Promise<void> {
  const adapters = await withRelay(options, (relay) => relay.call<AdapterView[]>('GET', '/api/v1/adapters'))
  if (options.json === true) return printJson(adapters)
  printTable(
    ['NAME', 'FROM', 'DESCRIPTION'],
    adapters.map(({ name, from, description }) => [name, from, description]),
    'No adapters.',
  )
}
