import { Command, CommanderError, Help } from 'commander'
import { version } from '../version.ts'
import { reportError } from './verb/report-error.ts'
import { type Word, words } from './words.ts'

const epilogue = `
Exit status: 0 done, 1 failed, 2 wrong usage.

Start here:
  login-relay init --user NAME            a data directory, its keys, the first user
  login-relay serve                       the portal on 127.0.0.1:8470, the proxy on 127.0.0.1:8471
  login-relay site add URL                enrol a site
  login-relay account add SITE --user NAME --username U
  login-relay run -- COMMAND              a command whose requests are signed in`

const wordOf = new WeakMap<Command, Word>()

/** The first words with their help, before a command line is read: the one that is said is filled in then. */
export function createProgram(): Command {
  const program = new Command('login-relay')
    .description('Signs in to web sites on your behalf and hands over the session, never the password.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [COMMAND...]', 'this text, or that of a command')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({
      optionDescription: (option) => Help.prototype.optionDescription(option) + (option.mandatory ? ' (required)' : ''),
      // Its options are not known before it is filled in.
      subcommandTerm: (command) => wordOf.get(command)?.usage ?? Help.prototype.subcommandTerm(command),
    })
    .addHelpText('after', epilogue)
    .hook('preSubcommand', (_, command) => fillIn(command))
  for (const word of words) {
    const { usage, summary } = word
    wordOf.set(program.command(usage.replace(' [options]', '')).summary(summary).description(summary).helpCommand(false), word)
  }
  prepareForMistakes(program, program.name())
  return program
}

/** Gives a first word its options, its help and its verbs. */
export async function fillIn(command: Command): Promise<void> {
  for (const add of (await wordOf.get(command)?.load()) ?? []) add(command)
  prepareForMistakes(command, `${command.parent?.name()} ${command.name()}`)
}

/** Runs one command line; gives the exit status. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  try {
    // Commander's own tells of the first word alone.
    await program.parseAsync(argv[2] === 'help' ? [...argv.slice(0, 2), ...argv.slice(3), '--help'] : argv)
    return process.exitCode === undefined ? 0 : Number(process.exitCode)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportError(error, argv.includes('--json'))
  }
}

/** Commander ends the process on wrong usage; here it throws, so that the status is ours, after it has said where to look. */
function prepareForMistakes(command: Command, words: string): void {
  command.exitOverride().showHelpAfterError(`Run \`${words} --help\` for the words this command takes.`)
  for (const child of command.commands) prepareForMistakes(child, `${words} ${child.name()}`)
}
