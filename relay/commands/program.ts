import { Command, CommanderError, Help } from 'commander'
import { version } from '../version.ts'
import { accountVerbs } from './account/account.ts'
import { copiesVerb } from './account/account-copies.ts'
import { credentialVerbs } from './account/account-credential.ts'
import { denyVerb } from './account/account-deny.ts'
import { keepVerb } from './account/account-keep.ts'
import { registerVerb } from './account/account-register.ts'
import { adapterVerbs } from './adapter/adapter.ts'
import { caVerbs } from './ca/ca.ts'
import { demoVerb } from './demo/index.ts'
import { connectVerb } from './device/connect.ts'
import { deviceVerbs } from './device/device.ts'
import { deviceEnrollVerb } from './device/device-enroll.ts'
import { runVerb } from './device/run.ts'
import { grantVerbs } from './grant/grant.ts'
import { groupVerbs } from './grant/group.ts'
import { whyVerb } from './grant/why.ts'
import { auditVerbs } from './server/audit.ts'
import { doctorVerb } from './server/doctor.ts'
import { initVerb } from './server/init.ts'
import { serveVerb } from './server/serve.ts'
import { topVerb } from './server/top.ts'
import { vaultVerbs } from './server/vault.ts'
import { claimVerb } from './session/claim.ts'
import { explainVerb } from './session/explain.ts'
import { loginVerb } from './session/login.ts'
import { logoutVerb } from './session/logout.ts'
import { openVerb } from './session/open.ts'
import { captchaVerbs } from './site/captcha.ts'
import { siteVerbs } from './site/site.ts'
import { noticeVerbs } from './user/notice.ts'
import { userVerbs } from './user/user.ts'
import { inviteVerbs } from './user/user-invite.ts'
import { reportError } from './verb/report-error.ts'

/** Every verb, in the order of the help text: setting up, enrolling, using, looking after. */
const verbs = [
  initVerb,
  serveVerb,
  demoVerb,
  userVerbs,
  inviteVerbs,
  deviceVerbs,
  deviceEnrollVerb,
  siteVerbs,
  accountVerbs,
  adapterVerbs,
  credentialVerbs,
  registerVerb,
  keepVerb,
  denyVerb,
  copiesVerb,
  grantVerbs,
  groupVerbs,
  whyVerb,
  captchaVerbs,
  loginVerb,
  explainVerb,
  openVerb,
  claimVerb,
  logoutVerb,
  runVerb,
  connectVerb,
  caVerbs,
  vaultVerbs,
  auditVerbs,
  noticeVerbs,
  topVerb,
  doctorVerb,
]

const epilogue = `
Exit status: 0 done, 1 failed, 2 wrong usage.

Start here:
  login-relay init --user NAME            a data directory, its keys, the first user
  login-relay serve                       the portal on 127.0.0.1:8470, the proxy on 127.0.0.1:8471
  login-relay site add URL                enrol a site
  login-relay account add SITE --user NAME --username U
  login-relay run -- COMMAND              a command whose requests are signed in`

/** Every verb with its options and its help, before a command line is read. */
export function createProgram(): Command {
  const program = new Command('login-relay')
    .description('Signs in to web sites on your behalf and hands over the session, never the password.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [COMMAND...]', 'this text, or that of a command')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp({ optionDescription: (option) => Help.prototype.optionDescription(option) + (option.mandatory ? ' (required)' : '') })
    .addHelpText('after', epilogue)
  for (const add of verbs) add(program)
  prepareForMistakes(program, program.name())
  return program
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
