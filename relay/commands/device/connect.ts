import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import {
  type ConnectState,
  Copies,
  connectFolder,
  createConnect,
  desktopOf,
  Enrolments,
  findRunningConnect,
  giveBack,
  reasonOf,
  serviceManager,
  systemRun,
  takeOver,
} from '../../connect/index.ts'
import { RelayError } from '../../errors.ts'
import { writeSecretFile } from '../secrets/secret-file.ts'
import { type ClaimedSession, type Format, formatSession, formats } from '../session/cookie-formats.ts'
import { moment, printable, printJson, printLine, printNote, printTable } from '../verb/output.ts'
import { untilTold } from '../verb/until-told.ts'

interface ConnectVerbOptions {
  readonly listen: string
  readonly folder?: string
  readonly system?: boolean
  readonly installService?: boolean
  readonly removeService?: boolean
  readonly json?: boolean
}

interface SessionOptions extends FolderOption {
  readonly format: Format
  readonly output?: string
}

interface FolderOption {
  readonly folder?: string
  readonly json?: boolean
}

const details = `
RELAY is HOST:PORT of a relay's TLS listener, as \`login-relay device enroll --connect\` printed it. Without one it
takes all that this client is enrolled at. The first is used while it is there, the next within two seconds where it
is not; connections that stand run out where they are.
Give browsers http://127.0.0.1:8472/proxy.pac, tools http://127.0.0.1:8472 as their proxy: there is no password.
Whoever can open a connection on this machine can use it as this device.`

/** `connect`: leads this machine's traffic to its relays, over TLS by which both sides prove themselves. */
export function connectVerb(connect: Command): void {
  for (const argument of connect.registeredArguments) argument.description = 'relays in the order of preference'
  connect
    .option('--listen <ADDRESS>', 'where browsers and tools find it: HOST:PORT on loopback', '127.0.0.1:8472')
    .option('--folder <DIR>', 'where `device enroll --connect` has put what it holds (default: LOGIN_RELAY_CONNECT, or one of this person)')
    .option('--system', "set the desktop's proxy settings while it runs (GNOME, macOS, Windows)")
    .option('--install-service', 'have it start when you sign in to this machine (systemd, launchd, Task Scheduler), with these options')
    .option('--remove-service', 'stop that service, and start it no more')
    .option('--json', 'print JSON')
    .addHelpText('after', details)
    .action(run)
  connect
    .command('session')
    .argument('<ACCOUNT>', 'its name, as the portal shows it')
    .summary('give the kept session of an account to a tool')
    .description('give the kept session of an account to a tool: its real cookies, as they were when a relay was last there')
    .addOption(
      new Option('--format <FORMAT>', 'as curl and wget read cookies, as the storageState of Playwright, as JSON, or as a Cookie header')
        .choices(formats)
        .default('json'),
    )
    .option('--output <FILE>', 'write to a file of mode 0600')
    .option('--folder <DIR>', 'the folder that `connect` was started with, where that was given one')
    .action((account: string, _options: SessionOptions, command: Command) => giveSession(account, command.optsWithGlobals()))
  connect
    .command('forget')
    .argument('<RELAY>', 'HOST:PORT, as `connect status` shows it')
    .summary('forget a relay: the key for it, and what was kept of it')
    .description('forget a relay: the key for it, and what was kept of it; the relay is told by `login-relay device revoke`')
    .option('--folder <DIR>', 'the folder that `connect` was started with, where that was given one')
    .option('--json', 'print JSON')
    .action((relay: string, _options: FolderOption, command: Command) => forget(relay, command.optsWithGlobals()))
  connect
    .command('status')
    .summary('tell whether it runs, and how its relays are')
    .description('tell whether it runs, and how its relays are')
    .option('--folder <DIR>', 'the folder that `connect` was started with, where that was given one')
    .option('--json', 'print JSON')
    .action((_options: FolderOption, command: Command) => tellStatus(command.optsWithGlobals()))
}

const running =
  'The program runs, and would keep what is to be forgotten. Stop it first: with Ctrl+C, or with `login-relay connect --remove-service` where it starts by itself.'

/** `connect session`: what the program has kept, in the form a tool reads. */
async function giveSession(account: string, { format, output, ...options }: SessionOptions): Promise<void> {
  const enrolments = enrolmentsOf(options)
  const relays = (await enrolments.list()).map(({ address }) => address)
  const copy = await new Copies(enrolments.folder).of(account, relays)
  const text = formatSession(copy as unknown as ClaimedSession, format)
  if (output === undefined) process.stdout.write(text)
  else await writeSecretFile(output, text)
}

async function forget(relay: string, { json, ...options }: FolderOption): Promise<void> {
  const enrolments = enrolmentsOf(options)
  const isRunning = await askState(enrolments.folder).then(
    () => true,
    () => false,
  )
  if (isRunning) throw new RelayError('usage', { params: { problem: running, verb: 'connect' } })
  if (!(await enrolments.remove(relay))) throw new RelayError('not_found', { params: { what: `enrolment at ${relay}` } })
  await new Copies(enrolments.folder).replace(relay, [])
  if (json === true) printJson({ forgot: relay })
  else printLine(`Forgot ${printable(relay)}.`)
}

async function run(relays: readonly string[], options: ConnectVerbOptions): Promise<void> {
  if (options.installService === true) return installService(relays, options)
  if (options.removeService === true) return removeService(options)
  const { listen, json, system } = options
  const { folder } = enrolmentsOf(options)
  const desktop = desktopOf(process.platform, systemRun(process.env))
  const connect = await createConnect({ enrolments: enrolmentsOf(options), relays, listen, say: (text) => printNote(printable(text)) })
  await connect.start()
  try {
    // What one that was killed has left set leads nowhere now.
    if (system === true) await takeOver(folder, desktop, `http://${connect.address}/proxy.pac`)
    else await giveBackOrSay(folder, desktop)
    tellStarted(connect.address, json)
    await untilTold()
    await giveBackOrSay(folder, desktop)
  } finally {
    await connect.stop()
  }
}

/** That the desktop is not there, as without a session of one, does not keep anything else from working. */
async function giveBackOrSay(folder: string, desktop: ReturnType<typeof desktopOf>): Promise<void> {
  await giveBack(folder, desktop).catch((error: unknown) =>
    printNote(
      `The desktop's proxy settings could not be set back (${printable(reasonOf(error))}); \`login-relay connect\` tries again when it starts or ends.`,
    ),
  )
}

function tellStarted(address: string, json: boolean | undefined): void {
  if (json === true) {
    printJson({ listen: address, pid: process.pid })
    return
  }
  printLine(`Proxy   http://${address}`)
  printLine(`PAC     http://${address}/proxy.pac`)
  printLine('Stop with Ctrl+C.')
}

async function installService(relays: readonly string[], { listen, folder, system, json }: ConnectVerbOptions): Promise<void> {
  const enrolments = enrolmentsOf(folder === undefined ? {} : { folder })
  // What would not start is not installed.
  await createConnect({ enrolments, relays, listen, say: () => {} })
  const options = ['--listen', listen, '--folder', enrolments.folder, ...(system === true ? ['--system'] : [])]
  const command = [process.execPath, process.argv[1] as string, 'connect', ...options, '--', ...relays]
  const file = await serviceManager(process.platform, process.env, systemRun(process.env)).install(command)
  if (json === true) printJson({ installed: file })
  else printLine(`Wrote ${printable(file)} and started it: http://${listen}/proxy.pac`)
}

async function removeService(options: ConnectVerbOptions): Promise<void> {
  const removal = await serviceManager(process.platform, process.env, systemRun(process.env)).remove()
  await giveBackOrSay(enrolmentsOf(options).folder, desktopOf(process.platform, systemRun(process.env)))
  if (removal.was === 'removed') printNote(`It could not be told to stop (${printable(removal.reason)}): where it runs still, it does so until you sign out.`)
  if (options.json === true) printJson({ removed: removal.was !== 'none' })
  else printLine({ none: 'No such service was installed.', stopped: 'Stopped and removed.', removed: 'Removed: it is not started again.' }[removal.was])
}

async function tellStatus({ json, ...options }: FolderOption): Promise<void> {
  const state = await askState(enrolmentsOf(options).folder)
  if (json === true) return printJson(state)
  printLine(`Proxy   http://${state.listen}`)
  printLine(`Relay   ${state.current ?? 'none can be used now'}`)
  printTable(
    ['RELAY', 'DEVICE', 'STATE', 'SINCE', 'CERTIFICATE UNTIL', 'PROBLEM'],
    state.relays.map(({ address, device, state: how, since, certificateUntil, problem }) => [
      address,
      device,
      how,
      moment(since),
      moment(certificateUntil),
      problem ?? '-',
    ]),
    'No relays.',
  )
}

async function askState(folder: string): Promise<ConnectState> {
  const running = await findRunningConnect(folder)
  const ask = async () =>
    fetch(`http://${running?.listen}/status`, { headers: { authorization: `Bearer ${running?.token}` }, signal: AbortSignal.timeout(5000) })
  const answer = running === undefined ? undefined : await ask().catch(() => undefined)
  if (answer?.ok !== true) throw new RelayError('connect_not_running')
  return (await answer.json()) as ConnectState
}

function enrolmentsOf({ folder }: FolderOption): Enrolments {
  return new Enrolments(resolve(folder ?? connectFolder(process.env)))
}
